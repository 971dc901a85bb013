package hall

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Tokens makes and checks players' tokens: the entrant's id with a signature, so that nothing is stored and every
// process of an installation can check them. The key is the installation's, 32 random bytes.
type Tokens struct{ key []byte }

// NewTokens returns tokens signed with key.
func NewTokens(key []byte) Tokens { return Tokens{key} }

// Issue gives the token of an entrant.
func (t Tokens) Issue(entrantID string) string { return entrantID + "." + t.sign(entrantID) }

// Verify gives the entrant whose token this is.
func (t Tokens) Verify(token string) (entrantID string, ok bool) {
	id, sig, ok := strings.Cut(token, ".")
	if !ok || len(token) > 200 || !hmac.Equal([]byte(sig), []byte(t.sign(id))) {
		return "", false
	}
	return id, true
}

func (t Tokens) sign(id string) string {
	m := hmac.New(sha256.New, t.key)
	m.Write([]byte("entrant:" + id))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}
