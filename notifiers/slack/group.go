package slack

import (
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

// SetGroup makes users (by their IDs) the members of a user group, and reports whether that changed
// anything. It asks first, and writes only where there is a difference. Slack has no groups without
// members: with no users a group stays as it is. It needs the scopes usergroups:read and usergroups:write,
// and a workspace that lets everybody change groups; a token of a whole organisation needs the option TeamID.
// The error is a *notifiers.Failure.
func (s *Slack) SetGroup(ctx context.Context, group string, users []string) (changed bool, err error) {
	want := slices.Clone(users)
	slices.Sort(want)
	want = slices.DeleteFunc(slices.Compact(want), func(u string) bool { return u == "" })
	if len(want) == 0 {
		return false, nil
	}
	trip := notifiers.NewTrip(ctx, s.opts.HTTP)
	have, err := s.client(trip).GetUserGroupMembersContext(ctx, group, slack.GetUserGroupMembersOptionTeamID(s.opts.TeamID))
	if err != nil {
		return false, asked(trip, "asking Slack for the members of user group "+group, err)
	}
	slices.Sort(have)
	if slices.Equal(have, want) {
		return false, nil
	}
	trip = notifiers.NewTrip(ctx, s.opts.HTTP)
	if _, err := s.client(trip).UpdateUserGroupMembersContext(ctx, group, strings.Join(want, ","), slack.UpdateUserGroupMembersOptionTeamID(s.opts.TeamID)); err != nil {
		return false, asked(trip, "changing the members of user group "+group, err)
	}
	return true, nil
}
