package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"leitai/fault"
)

// cost is what a password costs to hash with argon2id: the OWASP minimum of 19 MiB and two passes takes 20 to 60 ms of
// one core, which a server with two cores can bear while a contest runs. Hashes carry their cost, so it may be raised
// later. It is a variable for tests only.
var cost = argonCost{memory: 19 * 1024, passes: 2, threads: 1}

type argonCost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

const (
	saltLength = 16 // bytes
	keyLength  = 32 // bytes
)

const (
	minPassword = 10  // characters
	maxPassword = 256 // characters; docs/openapi.yaml says it too

	hashesAtOnce = 2 // of one process: 38 MiB, and never more than two cores
)

// hashing is held by who computes argon2id.
var hashing = make(chan struct{}, hashesAtOnce)

func argon(ctx context.Context, password string, salt []byte, c argonCost, length int) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.threads, uint32(length)), nil
}

// hashPassword returns the PHC string of a password under a new salt.
func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails
	key, err := argon(ctx, password, salt, cost, keyLength)
	if err != nil {
		return "", err
	}
	return phcOf(cost, salt, key), nil
}

func phcOf(c argonCost, salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// nobody is what a password is compared with when there is no such account: it costs the same time and never matches,
// so that the time of an answer does not tell which accounts exist.
func nobody() string { return phcOf(cost, make([]byte, saltLength), make([]byte, keyLength)) }

// checkPassword reports whether a password belongs to a PHC string.
func checkPassword(ctx context.Context, hash, password string) (bool, error) {
	var version int
	var c argonCost
	parts := strings.Split(hash, "$") // "", argon2id, version, cost, salt, key
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return false, errors.New("a stored password hash is not argon2id")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, errors.New("a stored password hash has an unknown version")
	}
	_, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads)
	if err != nil || c.passes == 0 || c.threads == 0 || c.memory > 1<<20 { // more than 1 GiB is none of ours
		return false, errors.New("a stored password hash has an unknown cost")
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) == 0 {
		return false, errors.New("a stored password hash is damaged")
	}
	key, err := argon(ctx, password, salt, c, len(want))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(key, want) == 1, nil
}

// validatePassword returns a fault of this field, or nil.
func validatePassword(field, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return fault.Field(field, "password.short")
	case n > maxPassword:
		return fault.Field(field, "password.long")
	}
	return nil
}

// readable has 32 characters that nobody takes for one another: no l, o, 0 or 1.
const readable = "abcdefghijkmnpqrstuvwxyz23456789"

// randomPassword returns 16 readable characters, 80 bits.
func randomPassword() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = readable[b[i]%byte(len(readable))] // 32 divides 256: all are equally likely
	}
	return string(b)
}
