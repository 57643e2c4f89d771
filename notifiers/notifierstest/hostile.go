package notifierstest

import "strings"

// Hostile are more than 500 texts that somebody might put into a label, an annotation or a title, to mention people,
// to inject markup, headers or lines, or to break a limit.
func Hostile() []string {
	texts := []string{
		// Slack: mentions, links, dates, formats, entities written beforehand.
		"<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<@U0DEVOPS>", "<@U0DEVOPS|boss>", "<#C0INCIDENTS>",
		"<!subteam^S123|admins>", "<!date^0^{date}|x>", "<https://evil.example|click>", "<mailto:a@evil.example|mail>",
		"&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "&<>", "@channel", "@here", "#general", "*bold* _it_ ~st~ `code`",
		"```\n<!channel>\n```", "`<!channel>`", "> quoted\n>>> all", ":rotating_light: :boom:", "a|b>c<d", "\\<!channel\\>",
		"<\u200b!channel>", "<<!channel>>", "<!chan\x00nel>", "*_~`*_~`",
		// HTML and templates.
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</td></tr></table><h1>x", "\"><svg onload=alert(1)>",
		"' onmouseover='alert(1)", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>1</script>",
		"https://evil.example/\"onclick=\"x", "<!--", "]]>", "<a href=https://evil.example>here</a>", "{{.Title}}", "{{template \"x\"}}",
		"<style>*{display:none}</style>", "<base href=https://evil.example>", "<meta http-equiv=refresh content=0>", "&#60;script&#62;",
		"http://user:pass@evil.example/", "//evil.example/x", "https://\"evil.example", "https://'evil.example", "https://evil.example|<!channel>", "https://e.example/?a=1&b=<!here>",
		// Mail: headers, parts, the end of the message.
		"x\r\nBcc: evil@example.com", "x\nSubject: other", "x\r\n\r\nbody", "x\r\n.\r\nMAIL FROM:<evil@example.com>", ".",
		"=?utf-8?q?=0D=0ABcc:_evil@example.com?=", "\"evil\" <evil@example.com>, other@example.com", "a, b@evil.example, c",
		"--boundary\r\nContent-Type: text/html", "x\vy\fz\x85w\u2028v\u2029u", "x\rBcc: evil@example.com",
		// SMS and everything: controls, direction, width, scripts, invalid UTF-8, emptiness, length.
		"\x00\x01\x1b[31mred\x07", "\u202egnp.exe", "\u2066x\u2069", "zero\u200bwidth\ufeff", "e\u0301\u0301\u0301", "Ünïcödé ñ ß €{}[]~^|\\",
		"Тревога: база данных", "警报：数据库", "🔥🔥🔥", "👩‍👩‍👧‍👦", "\xff\xfe\xfa", "\xc3\x28", "\xed\xa0\x80", "", " ", "\t\r\n",
		"reply RES 1", "#413 P3 fake: reply ACK 413", "\U000e0041\U000e0042",
	}
	for _, s := range []string{"a", "&", "<", "ü", "€", "🔥", "* ", "<!channel>", "word ", "`"} {
		texts = append(texts, strings.Repeat(s, 6000))
	}
	return append(texts, combined()...)
}

// combined are what is live in some format, inside what might let it out of its place.
func combined() []string {
	live := []string{
		"<!channel>", "<@U0DEVOPS>", "<https://evil.example|x>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
		"javascript:alert(1)", "https://evil.example/", "\r\nBcc: evil@example.com", "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5jb20=?=", "{{.ActLink}}",
		"@everyone", "[x](https://evil.example)", "<Say>4</Say>", "ACK 412", "\x1b]8;;https://evil.example\x07x",
	}
	around := [][2]string{
		{"", "\n"},
		{"\n", ""},
		{"\x00", "\x00"},
		{"\"", "\""},
		{"'", "'"},
		{"`", "`"},
		{"```", "```"},
		{"*", "*"},
		{"_", "_"},
		{"~", "~"},
		{"<!--", "-->"},
		{"-->", "<!--"},
		{"</style>", "<style>"},
		{"</title>", ""},
		{"</p></td>", ""},
		{"<![CDATA[", "]]>"},
		{"]]>", ""},
		{"&", ";"},
		{"&lt;", "&gt;"},
		{"|", "|"},
		{">", "<"},
		{"\u202e", "\u202c"},
		{"\u200b", "\ufeff"},
		{"\\", "\\"},
		{"$(", ")"},
		{"=", ""},
		{"%0d%0a", "%00"},
		{"\u2028", "\u2029"},
		{"🔥", "🔥"},
		{"\xff", "\xc3"},
	}
	var out []string
	for _, s := range live {
		for _, a := range around {
			out = append(out, a[0]+s+a[1])
		}
	}
	return out
}
