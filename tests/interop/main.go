// Reads a published ledger with golang.org/x/mod/sumdb: note opens its checkpoint and every entry, tlog
// computes its root, and proves each entry and each earlier tree.
//
// These packages are more lenient than a verifier of ours must be, so this goes one way: what we write,
// they read. Usage: interop FOLDER
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// entry has the fields that name keys.
type entry struct {
	By    string
	Kind  string
	Log   string
	Key   json.RawMessage
	Old   string
	Roots struct{ Keys []string }
	Keys  []string
}

func main() {
	if len(os.Args) != 2 {
		fail("usage: interop FOLDER")
	}
	folder := os.Args[1]
	entries := bundles(folder)

	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	var known []note.Verifier
	var log string
	seen := map[string]bool{}
	enrol := func(vkey string) {
		if vkey != "" && !seen[vkey] {
			verifier, err := note.NewVerifier(vkey)
			check(err, vkey)
			known = append(known, verifier)
			seen[vkey] = true
		}
	}
	for index, bytes := range entries {
		stored, err := tlog.StoredHashes(int64(index), bytes, reader)
		check(err, "hashes")
		hashes = append(hashes, stored...)

		var fields entry
		lines := strings.SplitN(string(bytes), "\n", 3)
		check(json.Unmarshal([]byte(lines[1]), &fields), "entry", index)
		enrol(fields.By)
		for _, vkey := range append(fields.Keys, fields.Roots.Keys...) {
			enrol(vkey)
		}
		var key string
		if json.Unmarshal(fields.Key, &key) == nil {
			enrol(key)
		}
		if fields.Kind == "genesis" {
			log = fields.Log
		} else if fields.Kind == "log" {
			log = key
		}
		opened, err := note.Open(bytes, note.VerifierList(known...))
		check(err, "entry", index)
		if len(opened.UnverifiedSigs) > 0 {
			fail("entry", index, "has a signature by a key that it does not name")
		}
	}

	size := int64(len(entries))
	root, err := tlog.TreeHash(size, reader)
	check(err, "root")
	verifier, err := note.NewVerifier(log)
	check(err, log)
	bytes, err := ioutil.ReadFile(filepath.Join(folder, "checkpoint"))
	check(err, "checkpoint")
	checkpoint, err := note.Open(bytes, note.VerifierList(verifier))
	check(err, "checkpoint")
	expected := fmt.Sprintf("%s\n%d\n%s\n", verifier.Name(), size, root)
	if checkpoint.Text != expected {
		fail("the checkpoint says", checkpoint.Text, "and the entries", expected)
	}
	for index := int64(0); index < size; index++ {
		proof, err := tlog.ProveRecord(size, index, reader)
		check(err, "proof of entry", index)
		leaf := tlog.RecordHash(entries[index])
		check(tlog.CheckRecord(proof, size, root, index, leaf), "entry", index)
	}
	for older := int64(1); older < size; older++ {
		oldRoot, err := tlog.TreeHash(older, reader)
		check(err, "root at", older)
		proof, err := tlog.ProveTree(size, older, reader)
		check(err, "proof of tree", older)
		check(tlog.CheckTree(proof, size, root, older, oldRoot), "tree", older)
	}
	fmt.Printf("%d entries, all notes opened, all proofs checked, root %s\n", size, root)
}

// bundles reads the entries of all bundles, the widest of each place.
func bundles(folder string) [][]byte {
	widest := map[int]string{}
	width := map[int]int{}
	base := filepath.Join(folder, "tile", "entries")
	check(filepath.Walk(base, func(path string, about os.FileInfo, err error) error {
		if err != nil || about.IsDir() {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(strings.TrimPrefix(path, base)), "/")
		wide := 256
		if at := strings.Index(name, ".p/"); at >= 0 {
			wide, err = strconv.Atoi(name[at+3:])
			check(err, name)
			name = name[:at]
		}
		index, err := strconv.Atoi(strings.NewReplacer("x", "", "/", "").Replace(name))
		check(err, name)
		if wide > width[index] {
			widest[index], width[index] = path, wide
		}
		return nil
	}), base)
	var order []int
	for index := range widest {
		order = append(order, index)
	}
	sort.Ints(order)
	var entries [][]byte
	for _, index := range order {
		rest, err := ioutil.ReadFile(widest[index])
		check(err, widest[index])
		for len(rest) > 0 {
			length := int(binary.BigEndian.Uint16(rest))
			entries = append(entries, rest[2:2+length])
			rest = rest[2+length:]
		}
	}
	return entries
}

func check(err error, what ...interface{}) {
	if err != nil {
		fail(append(what, err)...)
	}
}

func fail(what ...interface{}) {
	fmt.Fprintln(os.Stderr, what...)
	os.Exit(1)
}
