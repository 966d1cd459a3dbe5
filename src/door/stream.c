#include <stdlib.h>
#include <string.h>

#include "door_parts.h"
#include "json.h"
#include "mem.h"

struct stream {
    struct stream *next;
    struct door *door;
    struct client *client;
    struct ring_reader reader;
    bool asleep;      /* its connection is suspended */
    bool gone;        /* its client has left */
    double comment_s; /* when the next comment is due */
};

static const char comment[] = ":\n\n";

/* Copies what there is. If there is nothing, the connection sleeps until there is. */
static ssize_t read_stream(void *opaque, uint64_t place, char *out, size_t nb)
{
    struct stream *s = opaque;
    (void)place;
    if (s->gone)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    const size_t copied = ring_reader_read(&s->reader, s->door->ring, out, nb);
    if (copied > 0)
        return (ssize_t)copied;
    if (s->reader.lost)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (s->door->now_s >= s->comment_s && nb >= sizeof comment) {
        s->comment_s = s->door->now_s + DOOR_COMMENT_S;
        memcpy(out, comment, sizeof comment - 1);
        return sizeof comment - 1;
    }
    s->asleep = true;
    MHD_suspend_connection(s->client->connection);
    loop_watch(s->door, s->client);
    return 0;
}

static void wake(struct stream *s)
{
    if (!s->asleep)
        return;
    s->asleep = false;
    loop_unwatch(s->door, s->client);
    MHD_resume_connection(s->client->connection);
}

static void end(void *opaque)
{
    struct stream *s = opaque;
    struct stream **place = &s->door->streams;
    while (*place && *place != s)
        place = &(*place)->next;
    if (*place)
        *place = s->next;
    s->door->nb_streams--;
    ring_reader_finish(&s->reader);
    free(s);
}

enum MHD_Result stream_begin(struct door *door, struct exchange *x, const char *last_id)
{
    enum { BLOCK_BYTES = 4096 };
    if (door->nb_streams >= DOOR_MAX_STREAMS)
        return response_error(x->client->connection, 503, "too many pages of the review are open");
    struct stream *s = mem_zalloc(1, sizeof *s);
    *s = (struct stream){.next = door->streams,
                         .door = door,
                         .client = x->client,
                         .comment_s = door->now_s + DOOR_COMMENT_S};
    ring_reader_begin(&s->reader, door->ring, last_id);
    door->streams = s;
    door->nb_streams++;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, s, end);
    if (!response)
        end(s);
    return response_send(x->client->connection, 200, response, "text/event-stream", "no-store");
}

void stream_event(struct door *door, const struct link_event *event)
{
    AUTO_FREE char *data = json_compact(event->data);
    ring_add(door->ring, event->name, data);
    for (struct stream *s = door->streams; s; s = s->next) {
        s->comment_s = door->now_s + DOOR_COMMENT_S;
        wake(s);
    }
}

void stream_tick(struct door *door)
{
    for (struct stream *s = door->streams; s; s = s->next)
        if (door->now_s >= s->comment_s)
            wake(s);
}

bool stream_abandon(struct door *door, const struct client *client)
{
    struct stream *s = door->streams;
    while (s && s->client != client)
        s = s->next;
    if (!s)
        return false;
    s->gone = true;
    wake(s);
    return true;
}
