package slack

import (
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

// misconfigured are Slack's error codes by which it refuses the token, the app's rights or the workspace:
// no message of this channel would fare better. Source: the error tables of chat.postMessage,
// chat.update and usergroups.users.list at docs.slack.dev.
var misconfigured = []string{
	"access_denied", "accesslimited", "account_inactive", "as_user_not_supported", "ekm_access_denied",
	"enterprise_is_restricted", "invalid_auth", "messages_tab_disabled", "missing_argument", "missing_scope", "no_permission",
	"not_allowed_token_type", "not_authed", "org_login_required", "permission_denied", "team_access_not_granted", "team_not_found",
	"token_expired", "token_revoked", "two_factor_setup_required",
}

// permanent are the codes that trying again does not mend, though the channel is well: the addressee's,
// the place's and the message's own. Source: as above.
var permanent = []string{
	"cannot_dm_bot", "cannot_reply_to_message",
	"cant_broadcast_message", "cant_update_message", "channel_not_found", "channel_type_not_supported",
	"deprecated_endpoint", "edit_window_closed",
	"external_channel_migrating", "invalid_arguments", "invalid_arg_name", "invalid_array_arg",
	"invalid_blocks", "invalid_blocks_format", "invalid_charset", "invalid_form_data", "invalid_metadata_format",
	"invalid_metadata_schema", "invalid_post_type", "is_archived", "is_inactive", "message_not_found",
	"metadata_must_be_sent_from_app", "metadata_too_large", "method_deprecated",
	"missing_post_type", "msg_blocks_too_long", "msg_too_long", "no_such_subteam", "no_text", "not_in_channel", "restricted_action",
	"restricted_action_non_threadable_channel", "restricted_action_read_only_channel",
	"restricted_action_thread_locked", "restricted_action_thread_only_channel", "slack_connect_canvas_sharing_blocked",
	"slack_connect_file_link_sharing_blocked", "too_many_attachments", "update_failed", "user_disabled",
	"user_is_restricted", "user_not_found", "user_not_visible", "users_not_found",
}

// doubtful are the codes of which Slack says that part of the operation may have been done.
var doubtful = []string{"fatal_error", "internal_error"}

// failure classifies an error of one call. A code that Slack has added since is temporary.
func failure(trip *notifiers.Trip, err error) *notifiers.Failure {
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		f := &notifiers.Failure{Code: refused.Err, RetryAfter: trip.RetryAfter(), Err: explain(refused)}
		switch {
		case slices.Contains(misconfigured, refused.Err):
			f.Class = notifiers.Misconfigured
		case slices.Contains(permanent, refused.Err):
			f.Class = notifiers.Permanent
		case slices.Contains(doubtful, refused.Err):
			f.Class = notifiers.Lost
		}
		return f
	}
	return trip.Failure(fmt.Errorf("sending to Slack: %w", err))
}

func explain(r slack.SlackErrorResponse) error {
	detail := ""
	if len(r.ResponseMetadata.Messages) > 0 {
		detail = ": " + notifiers.Cut(notifiers.Plain(r.ResponseMetadata.Messages[0]), 200)
	} else if r.Needed != "" {
		detail = ": the token lacks the scope " + notifiers.Plain(r.Needed)
	} else if r.Err == "missing_argument" || r.Err == "team_not_found" {
		detail = ": a token of a whole organisation needs notifiers.slack.team_id, the ID of one of its workspaces"
	}
	return fmt.Errorf("Slack refused the message with %s%s", notifiers.Cut(notifiers.Plain(r.Err), 80), detail)
}
