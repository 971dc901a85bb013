package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// settings are what an installation can choose. Values are texts here and checked by Validate, so that every fault is
// reported at once.
type settings struct {
	Listen         string `default:":8080" env:"LEITAI_LISTEN" help:"Address to listen on, host:port."`
	DataDir        string `default:"./data" env:"LEITAI_DATA_DIR" help:"Folder of the embedded database."`
	DatabaseURL    string `env:"LEITAI_DATABASE_URL" help:"postgres://… of the system of record; empty: SQLite in the data folder. Secret." secret:""`
	RedisURL       string `env:"LEITAI_REDIS_URL" help:"redis://… of the leaderboards; empty: in process. Secret." secret:""`
	PublicURL      string `env:"LEITAI_PUBLIC_URL" help:"Address under which people reach the server, for the QR code; empty: this machine's address in the local network."`
	Node           string `default:"leitai" env:"LEITAI_NODE" help:"Name of this process; several processes on one database need different names."`
	AdminPassword  string `env:"LEITAI_ADMIN_PASSWORD" help:"Password of the first account; empty: made at random and printed once. Secret." secret:""`
	LogLevel       string `default:"info" env:"LEITAI_LOG_LEVEL" help:"debug, info, warn or error."`
	LogFormat      string `default:"text" env:"LEITAI_LOG_FORMAT" help:"text or json."`
	MaxConnections string `default:"0" env:"LEITAI_MAX_CONNECTIONS" help:"Most live connections; 0: what the limit of open files allows."`
	TrustedProxies string `env:"LEITAI_TRUSTED_PROXIES" help:"Addresses or networks of reverse proxies whose X-Forwarded-For counts, separated by commas."`
	DebugListen    string `env:"LEITAI_DEBUG_LISTEN" help:"Loopback address for Go's profiler, such as 127.0.0.1:6060; empty: off."`
}

// settingsError lists everything that is wrong with the settings.
type settingsError struct{ faults []string }

func (e *settingsError) Error() string {
	return "leitai: bad settings:\n  - " + strings.Join(e.faults, "\n  - ")
}

// Validate reports every fault of the settings at once.
func (s *settings) Validate() error {
	var faults []string
	bad := func(name, format string, args ...any) {
		faults = append(faults, name+": "+fmt.Sprintf(format, args...))
	}
	if _, port, err := net.SplitHostPort(s.Listen); err != nil {
		bad("LEITAI_LISTEN", "%q is not host:port", s.Listen)
	} else if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		bad("LEITAI_LISTEN", "port %q is not a number from 0 to 65535", port)
	}
	if strings.TrimSpace(s.DataDir) == "" {
		bad("LEITAI_DATA_DIR", "is empty")
	}
	if s.DatabaseURL != "" && !hasScheme(s.DatabaseURL, "postgres", "postgresql") {
		bad("LEITAI_DATABASE_URL", "is not a postgres:// address")
	}
	if s.RedisURL != "" {
		if _, err := redis.ParseURL(s.RedisURL); err != nil || !hasScheme(s.RedisURL, "redis", "rediss") { // err may show a password
			bad("LEITAI_REDIS_URL", "is not a redis://host:port/number address")
		}
	}
	if s.PublicURL != "" && !hasScheme(s.PublicURL, "http", "https") {
		bad("LEITAI_PUBLIC_URL", "%q is not an http:// or https:// address", s.PublicURL)
	}
	if s.Node == "" || len(s.Node) > 64 {
		bad("LEITAI_NODE", "needs 1 to 64 characters")
	}
	if s.AdminPassword != "" && len([]rune(s.AdminPassword)) < 10 {
		bad("LEITAI_ADMIN_PASSWORD", "needs at least 10 characters")
	}
	if new(slog.Level).UnmarshalText([]byte(s.LogLevel)) != nil {
		bad("LEITAI_LOG_LEVEL", "%q is not debug, info, warn or error", s.LogLevel)
	}
	if s.LogFormat != "text" && s.LogFormat != "json" {
		bad("LEITAI_LOG_FORMAT", "%q is not text or json", s.LogFormat)
	}
	if n, err := strconv.Atoi(s.MaxConnections); err != nil || n < 0 {
		bad("LEITAI_MAX_CONNECTIONS", "%q is not a number of 0 or more", s.MaxConnections)
	}
	if host, _, err := net.SplitHostPort(s.DebugListen); s.DebugListen != "" && (err != nil || !net.ParseIP(host).IsLoopback()) {
		bad("LEITAI_DEBUG_LISTEN", "%q is not a loopback host:port", s.DebugListen)
	}
	for _, p := range s.proxies() {
		_, err1 := netip.ParseAddr(p)
		_, err2 := netip.ParsePrefix(p)
		if err1 != nil && err2 != nil {
			bad("LEITAI_TRUSTED_PROXIES", "%q is not an address or network", p)
		}
	}
	if len(faults) > 0 {
		return &settingsError{faults}
	}
	return nil
}

func hasScheme(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return false
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return true
		}
	}
	return false
}

func (s *settings) proxies() []string {
	return strings.FieldsFunc(s.TrustedProxies, func(r rune) bool { return r == ',' || r == ' ' })
}

func (s *settings) databaseURL() string {
	if s.DatabaseURL != "" {
		return s.DatabaseURL
	}
	return "sqlite:" + filepath.Join(s.DataDir, "leitai.db")
}

// secrets are the variables that may come from a file: NAME_FILE names it.
var secrets = []string{"LEITAI_DATABASE_URL", "LEITAI_REDIS_URL", "LEITAI_ADMIN_PASSWORD"}

// readSecretFiles fills secrets from the files that NAME_FILE variables name.
func readSecretFiles() error {
	var faults []string
	for _, name := range secrets {
		path := os.Getenv(name + "_FILE")
		if path == "" || os.Getenv(name) != "" {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			faults = append(faults, name+"_FILE: cannot be read: "+err.Error())
			continue
		}
		if err := os.Setenv(name, strings.TrimSpace(string(b))); err != nil {
			faults = append(faults, name+"_FILE: "+err.Error())
		}
	}
	if len(faults) > 0 {
		return &settingsError{faults}
	}
	return nil
}

type configCmd struct {
	settings
}

// Run prints the effective settings, one a line, secrets hidden.
func (c *configCmd) Run() error {
	hide := func(s string) string {
		if s == "" {
			return ""
		}
		return "(hidden)"
	}
	for _, l := range [][2]string{{"LEITAI_LISTEN", c.Listen}, {"LEITAI_DATA_DIR", c.DataDir}, {"LEITAI_DATABASE_URL", hide(c.DatabaseURL)},
		{"LEITAI_REDIS_URL", hide(c.RedisURL)}, {"LEITAI_PUBLIC_URL", c.PublicURL}, {"LEITAI_NODE", c.Node},
		{"LEITAI_ADMIN_PASSWORD", hide(c.AdminPassword)}, {"LEITAI_LOG_LEVEL", c.LogLevel}, {"LEITAI_LOG_FORMAT", c.LogFormat},
		{"LEITAI_MAX_CONNECTIONS", c.MaxConnections}, {"LEITAI_TRUSTED_PROXIES", c.TrustedProxies},
		{"LEITAI_DEBUG_LISTEN", c.DebugListen}} {
		fmt.Printf("%s=%s\n", l[0], l[1])
	}
	return nil
}
