// Package web holds the built pages: the phone, the big screen and the console.
package web

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed all:dist
var files embed.FS

// Dist returns the built pages: play, screen and console, each with an index.html, its
// hashed files under assets/, and a .br and .gz beside every text file. On a checkout where
// nothing has been built it is empty but for a .gitkeep.
func Dist() fs.FS {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, which is all that Sub checks.
	}
	return dist
}

// Build returns the id of the built pages, which they compare with the "build" of a state
// message, or "dev" when nothing has been built.
func Build() string {
	id, err := files.ReadFile("dist/build.txt")
	if err != nil {
		return "dev"
	}
	return strings.TrimSpace(string(id))
}
