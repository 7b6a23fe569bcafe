//go:build tools

// Names the programs for Go: what is built are these two as they were published.
package main

import (
	_ "sigs.k8s.io/kwok/cmd/kwok"
	_ "sigs.k8s.io/metrics-server/cmd/metrics-server"
)
