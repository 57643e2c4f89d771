package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// owner is the user that PostgreSQL runs as and that its files belong to.
type owner struct {
	name     string
	uid, gid uint32
	drop     bool // this process is root and becomes that user in the child
}

// self is whoever runs this process.
func self() owner {
	uid := os.Geteuid()
	return owner{name: userName(uint32(uid)), uid: uint32(uid), gid: uint32(os.Getegid())}
}

// service is the user to drop to from root: postgres, or nobody where the packages made no such user.
func service() (owner, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return owner{}, fmt.Errorf("user %s: %w", name, err)
		}
		return owner{name: name, uid: uint32(uid), gid: uint32(gid), drop: true}, nil
	}
	return owner{}, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody " +
		"to run it as: run tocsin as an ordinary user, or set database.url")
}

// ownerOf is who the files at path belong to.
func ownerOf(path string) (owner, error) {
	info, err := os.Stat(path)
	if err != nil {
		return owner{}, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return owner{}, fmt.Errorf("%s: the owner is not known", path)
	}
	return owner{name: userName(st.Uid), uid: st.Uid, gid: st.Gid, drop: os.Geteuid() == 0}, nil
}

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "number " + id
}

// attr makes a child run as o, away from the terminal's Ctrl-C, and get sig when the thread that
// started it dies.
func (o owner) attr(sig syscall.Signal) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true, Pdeathsig: sig}
	if o.drop {
		a.Credential = &syscall.Credential{Uid: o.uid, Gid: o.gid}
	}
	return a
}

// mkdir makes path, whose parent is there, a folder that only o may enter.
func (o owner) mkdir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if o.drop {
		return os.Chown(path, int(o.uid), int(o.gid))
	}
	return nil
}

// reaches reports whether o may pass through dir and every folder above it. dir holds no symbolic links.
func (o owner) reaches(dir string) (bool, error) {
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return false, err
		}
		if !o.enters(info) {
			return false, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return true, nil
		}
		dir = up
	}
}

func (o owner) enters(info os.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return false
	case st.Uid == o.uid:
		return info.Mode()&0o100 != 0
	case st.Gid == o.gid:
		return info.Mode()&0o010 != 0
	default:
		return info.Mode()&0o001 != 0
	}
}
