#include "ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

enum { MAX_EVENTS = 256, MAX_BYTES = 1 << 20, MAX_RUN = 32 };

struct ring {
    char *texts[MAX_EVENTS]; /* event n is at n % MAX_EVENTS */
    size_t lengths[MAX_EVENTS];
    int64_t first, end; /* numbers of the events that are there: [first, end) */
    size_t nb_bytes;
    char run[MAX_RUN + 1];
};

struct ring *ring_create(const char *run)
{
    struct ring *ring = mem_zalloc(1, sizeof *ring);
    ring->first = ring->end = 1; /* so that 0 is the id of what was before all events */
    snprintf(ring->run, sizeof ring->run, "%s", run);
    return ring;
}

static void drop_first(struct ring *ring)
{
    const size_t at = (size_t)(ring->first++ % MAX_EVENTS);
    ring->nb_bytes -= ring->lengths[at];
    free(ring->texts[at]);
    ring->texts[at] = NULL;
}

void ring_destroy(struct ring *ring)
{
    while (ring && ring->first < ring->end)
        drop_first(ring);
    free(ring);
}

void ring_add(struct ring *ring, const char *name, const char *data)
{
    char *text = mem_printf("id: %s-%lld\nevent: %s\ndata: %s\n\n", ring->run, (long long)ring->end,
                            name, data);
    const size_t nb = strlen(text);
    while (ring->first < ring->end &&
           (ring->end - ring->first == MAX_EVENTS || ring->nb_bytes + nb > MAX_BYTES))
        drop_first(ring);
    ring->texts[ring->end % MAX_EVENTS] = text;
    ring->lengths[ring->end % MAX_EVENTS] = nb;
    ring->nb_bytes += nb;
    ring->end++;
}

/* The number of the event after the one of that id; -1: not of this run, or lost. */
static int64_t place_after(const struct ring *ring, const char *id)
{
    const size_t nb = strlen(ring->run);
    char *end;
    if (strncmp(id, ring->run, nb) != 0 || id[nb] != '-' || id[nb + 1] < '0' || id[nb + 1] > '9')
        return -1;
    const long long n = strtoll(id + nb + 1, &end, 10);
    return *end == '\0' && n < INT64_MAX && n + 1 >= ring->first && n + 1 <= ring->end ? n + 1 : -1;
}

/* The id that is sent first is that of the event before: a client that loses its connection says
 * later what it has seen. */
void ring_reader_begin(struct ring_reader *out, const struct ring *ring, const char *last_id)
{
    const int64_t place = last_id ? place_after(ring, last_id) : ring->end;
    *out = (struct ring_reader){.next = place >= 0 ? place : ring->end};
    str_add(&out->first, "retry: 1000\n");
    str_addf(&out->first, "id: %s-%lld\n", ring->run, (long long)out->next - 1);
    if (place < 0)
        str_add(&out->first, "event: reload\ndata: {}\n");
    str_add(&out->first, "\n");
}

void ring_reader_finish(struct ring_reader *reader)
{
    str_finish(&reader->first);
}

static size_t copy(struct ring_reader *reader, char *out, size_t nb, const char *text,
                   size_t length)
{
    const size_t left = length - reader->offset, most = left < nb ? left : nb;
    memcpy(out, text + reader->offset, most);
    reader->offset += most;
    return most;
}

static size_t read_first(struct ring_reader *reader, char *out, size_t nb)
{
    const size_t copied = copy(reader, out, nb, reader->first.s, reader->first.len);
    if (reader->offset == reader->first.len) {
        str_finish(&reader->first);
        reader->offset = 0;
    }
    return copied;
}

size_t ring_reader_read(struct ring_reader *reader, const struct ring *ring, char *out, size_t nb)
{
    size_t copied = 0;
    if (reader->first.len > 0)
        return read_first(reader, out, nb);
    reader->lost = reader->lost || reader->next < ring->first;
    while (!reader->lost && copied < nb && reader->next < ring->end) {
        const size_t at = (size_t)(reader->next % MAX_EVENTS);
        copied += copy(reader, out + copied, nb - copied, ring->texts[at], ring->lengths[at]);
        if (reader->offset == ring->lengths[at]) {
            reader->next++;
            reader->offset = 0;
        }
    }
    return copied;
}
