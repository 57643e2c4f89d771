// Package api is the shape of the JSON API: what /api/v1 answers, field by field, and how the domain's
// values become it. Fields may be added; none is renamed or dropped. Lists are never null, times are RFC
// 3339 in UTC, and a time that has not come is null.
package api
