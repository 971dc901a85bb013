package rehearse

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// target is the server that is rehearsed against.
type target struct {
	base   string         // scheme, host and path, without a slash at the end
	origin string         // scheme and host, as a browser sends it
	host   string         // Host header
	name   string         // host name alone, for TLS
	path   string         // prefix of every path, without a slash at the end
	addr   netip.AddrPort // where to connect to
	secure bool           // https
}

// findTarget reads an address such as http://127.0.0.1:8080 and resolves its host once for all phones.
func findTarget(ctx context.Context, raw string) (target, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return target{}, fmt.Errorf("address %q: want http://host:port or https://host", raw)
	}
	t := target{
		host: u.Host, name: u.Hostname(), path: strings.TrimRight(u.Path, "/"),
		origin: u.Scheme + "://" + u.Host, secure: u.Scheme == "https",
	}
	t.base = t.origin + t.path
	port := 80
	if t.secure {
		port = 443
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return target{}, fmt.Errorf("address %q: bad port", raw)
		}
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", t.name)
	if err != nil {
		return target{}, fmt.Errorf("look up %s: %w", t.name, err)
	}
	addr := addrs[0].Unmap()
	for _, a := range addrs { // "localhost" may have both: servers here listen on IPv4
		if a = a.Unmap(); a.Is4() {
			addr = a
			break
		}
	}
	t.addr = netip.AddrPortFrom(addr, uint16(port))
	return t, nil
}

// local reports that server and phones share a machine, hence a clock.
func (t target) local() bool { return t.addr.Addr().IsLoopback() }
