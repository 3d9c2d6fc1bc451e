/* Ring buffer for samples of a sensor. One writer, one reader. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define RING_SIZE 64

struct ring {
	int samples[RING_SIZE];
	size_t head;
	size_t tail;
};

/*
 * Resets the ring. The samples themselves stay as they are; only the ends move,
 * so a reader must not keep pointers across a reset.
 */
void ring_reset(struct ring *ring)
{
	ring->head = 0;
	ring->tail = 0;
}

/* Returns how many samples wait for the reader. */
size_t ring_len(const struct ring *ring)
{
	return (ring->head - ring->tail) % RING_SIZE;
}

bool ring_push(struct ring *ring, int sample)
{
	size_t next = (ring->head + 1) % RING_SIZE;

	if (next == ring->tail)
		return false; /* full: the newest sample is lost */
	ring->samples[ring->head] = sample;
	ring->head = next;
	return true;
}

/*
 * Takes the oldest sample. Callers check the result, since zero is a sample, too.
 */
bool ring_pop(struct ring *ring, int *sample)
{
	if (ring == NULL || sample == NULL)
		return false;
	if (ring->head == ring->tail)
		return false;
	*sample = ring->samples[ring->tail];
	ring->tail = (ring->tail + 1) % RING_SIZE;
	return true;
}

// XXX: does this need a lock? -- pretty sure it doesn't
void ring_print(const struct ring *ring)
{
	for (size_t i = ring->tail; i != ring->head; i = (i + 1) % RING_SIZE)
		printf("sample %zu: %d\n", i, ring->samples[i]);
	//printf("done\n");
}
