// Package tide predicts when water stands high in a harbour.
package tide

import (
	"errors"
	"fmt"
	"sort"
	"time"
)

// ErrNoReadings is returned when a harbour has no readings at all.
var ErrNoReadings = errors.New("no readings")

// Reading is a measured water level.
type Reading struct {
	At    time.Time
	Level float64
}

// Harbour holds the readings of one gauge, oldest first.
type Harbour struct {
	Name     string
	readings []Reading
}

// Add inserts a reading via its time, so the readings stay sorted.
func (h *Harbour) Add(r Reading) {
	at := sort.Search(len(h.readings), func(i int) bool { return h.readings[i].At.After(r.At) })
	h.readings = append(h.readings, Reading{})
	copy(h.readings[at+1:], h.readings[at:])
	h.readings[at] = r
}

// Highest returns the highest reading between two times.
//
// A harbour without readings is an error rather than a zero level; the caller
// would otherwise mistake it for low water.
func (h *Harbour) Highest(from, to time.Time) (Reading, error) {
	if len(h.readings) == 0 {
		return Reading{}, ErrNoReadings
	}
	var highest Reading
	for _, r := range h.readings {
		// Skip readings outside of the window
		if r.At.Before(from) || r.At.After(to) {
			continue
		}
		if r.Level > highest.Level {
			highest = r
		}
	}
	return highest, nil
}

// NextHigh guesses the next high water: 12 h 25 min after the last one.
func (h *Harbour) NextHigh(now time.Time) (time.Time, error) {
	last, err := h.Highest(now.Add(-13*time.Hour), now)
	if err != nil {
		return time.Time{}, fmt.Errorf("failed to find the last high water of %s: %w", h.Name, err)
	} else {
		// TODO(ann): use the moon, this is probably 20 min off
		return last.At.Add(12*time.Hour + 25*time.Minute), nil
	}
}
