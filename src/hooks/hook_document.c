#include "hook_document.h"

#include "event.h"
#include "hook_outcome.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "programme.h"
#include "store.h"
#include "url.h"

static json_t *event_json(const struct event *event)
{
    struct err ignored = {0};
    AUTO_PROGRAMME p = {0};
    if (store_programme(&p, event->store, &ignored) == 0)
        event_about_apply(&event->settings.about, &p);
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "id", json_text(p.id), "name", json_text(p.name),
                     "place", json_text(p.place), "begin", json_text(p.begin), "end",
                     json_text(p.end));
}

void hook_document_complete(json_t *document, const char *hook, const struct event *event)
{
    AUTO_FREE char *now = hook_outcome_now();
    AUTO_JSON *own = json_copy(document);
    AUTO_JSON *all =
        json_pack("{s:i, s:s, s:s, s:o, s:{s:o, s:o, s:o}, s:o}", "version", HOOK_DOCUMENT_VERSION,
                  "hook", hook, "at", now, "event", event_json(event), "paths", "event",
                  json_text(event->dir), "out", json_text(event->out), "work",
                  json_text(event->work), "base_url", json_text(event->settings.site.base_url));
    json_object_update(all, own);
    json_object_clear(document);
    json_object_update(document, all);
}

json_t *hook_document_part(const struct talk *talk, const struct part *part)
{
    char name[32];
    json_t *speakers = json_array();
    for (size_t i = 0; i < talk->nb_speakers; i++)
        json_array_append_new(speakers, json_text(talk->speakers[i]));
    return json_pack("{s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:o}", "talk", talk->number, "part",
                     part->number, "name", plan_part_name(name, talk, part->number), "title",
                     json_text(talk->title), "speakers", speakers, "room", json_text(talk->room),
                     "start", json_text(talk->start), "page", json_text(talk->url));
}

json_t *hook_document_url(const struct event *event, const char *file)
{
    AUTO_FREE char *base = url_folder(event->settings.site.base_url);
    AUTO_FREE char *url = base && file ? url_of_file(base, file) : NULL;
    return json_text(url);
}
