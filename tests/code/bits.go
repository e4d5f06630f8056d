// Package bits packs flags, sizes and channels.
package bits

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Sizes, by iota.
const (
	_  = iota
	KB = 1 << (10 * iota)
	MB
	GB
)

const (
	FlagA uint8 = 1<<iota
	FlagB
	FlagC
)

const mask = ^uint64(0)>>1 | 1<<63

var errShift = errors.New("shift out of range")

// Pair is generic.
type Pair[K comparable, V any] struct {
	Key   K
	Value map[K][]V
}

// Shift shifts.
func Shift(x uint64, n uint) (uint64, error) {
	if n >= 64 {
		return 0, errShift
	}
	return (x >> (64 - n)) | x<<n, nil
}

// Zigzag encodes.
func Zigzag(v int64) uint64 {
	return uint64(v<<1) ^ uint64(v>>63)
}

// Pump moves values between channels.
func Pump(in <-chan int, out chan<- int, done chan<- struct{}) {
	for v := range in {
		out <- v<<1
	}
	close(out)
	done <- struct{}{}
}

// Fan waits for the first.
func Fan(a, b <-chan int) int {
	select {
	case v := <-a:
		return v
	case v := <-b:
		return v>>1
	}
}

// Write writes.
func Write(w io.Writer, names []string) error {
	var sb strings.Builder
	for i, name := range names {
		x := uint32(i)
		x <<= 3
		x >>= 1
		x &^= 1<<4
		fmt.Fprintf(&sb, "%s <%d> %v\n", name, x<<2>>1, x<<1 < 10 && x>>1 > 2)
	}
	template := `raw {{ .Name }} << {{ range $i, $e := .Items }} $secret {{ end }}`
	_, err := io.WriteString(w, sb.String()+template)
	return err
}
