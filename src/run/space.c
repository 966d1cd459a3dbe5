#include "space.h"

#include <stdint.h>

#include "event.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"

/* Before any file of a rendition is finished, its bit rate is taken to be that of the recording,
 * but at most this (2 Mbit/s). */
static const double most_bytes_per_ms = 250;

static void add_missing(struct space *s, const struct part_plan *pp)
{
    const struct recording *r = pp->source->recording;
    const double all_ms = (double)json_get_int(pp->source->probe, "duration_ms", 0);
    const double ms = pp->measured_ms > 0 ? (double)pp->measured_ms : all_ms;
    const double rate = all_ms > 0 ? (double)r->size / all_ms : 0;
    s->missing_ms += ms;
    s->likely_bytes += ms * (rate < most_bytes_per_ms ? rate : most_bytes_per_ms);
}

void space_add(struct space *by_rendition, const struct part_plan *pp, const struct event *event)
{
    const struct settings *settings = &event->settings;
    if (!pp->source)
        return;
    for (size_t i = 0; pp->nb_outputs == 0 && i < settings->nb_renditions; i++)
        add_missing(&by_rendition[i], pp);
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        const struct output *o = &pp->outputs[i];
        if (!o->rendition)
            continue;
        struct space *s = &by_rendition[o->rendition - settings->renditions];
        if (o->result) {
            s->made_bytes += (double)json_get_int(o->result, "bytes", 0);
            s->made_ms += (double)json_get_int(o->result, "duration_ms", 0);
        } else {
            add_missing(s, pp);
        }
    }
}

char *space_message(const struct space *by_rendition, const struct event *event)
{
    double bytes = 0;
    for (size_t i = 0; i < event->settings.nb_renditions; i++) {
        const struct space *s = &by_rendition[i];
        bytes += s->made_ms > 0 ? s->missing_ms * s->made_bytes / s->made_ms : s->likely_bytes;
    }
    /* Twice: the pieces, and the file assembled from them. */
    const int64_t free_bytes = fs_free_bytes(event->work);
    return mem_printf("about %.1f MB more are needed, and %.1f MB are free", 2 * bytes / 1e6,
                      (double)(free_bytes > 0 ? free_bytes : 0) / 1e6);
}
