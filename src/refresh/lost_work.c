#include "lost_work.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "mem.h"
#include "part.h"
#include "plan.h"
#include "removed.h"
#include "results.h"
#include "workdir.h"

/* The fingerprint of the recording that certainly holds the part; "": none. */
static const char *recording_of(const struct plan *p, int talk_number, int part)
{
    const struct talk *talk = programme_find(&p->programme, talk_number);
    const struct match *row = talk && !talk->gone ? plan_match(p, talk, part) : NULL;
    return row && plan_holds_talk(row) ? p->recordings[row->recording].fingerprint : "";
}

static bool is_lost(const struct plan *before, const struct plan *after, int talk, int part)
{
    const char *was = recording_of(before, talk, part);
    return *was && strcmp(was, recording_of(after, talk, part)) != 0;
}

bool lost_work_any(const struct plan *before, const struct plan *after)
{
    for (size_t i = 0; i < before->programme.nb_talks; i++) {
        const struct talk *t = &before->programme.talks[i];
        for (size_t n = 0; n < t->nb_parts; n++)
            if (is_lost(before, after, t->number, t->parts[n].number))
                return true;
    }
    return false;
}

/* Adds the keys of the part's results that are in work/. */
static int add_keys(json_t *keys, const struct plan *p, const struct talk *talk,
                    const struct part *part, struct err *err)
{
    char(*list)[33] = NULL;
    size_t nb = 0;
    int ret = plan_keys(&list, &nb, p, talk, part, err);
    for (size_t i = 0; i < nb && ret == 0; i++)
        if (workdir_has(p->event->work_dir, list[i], "json"))
            json_array_append_new(keys, json_string(list[i]));
    free(list);
    return ret;
}

int lost_work_note(const struct plan *before, const struct plan *after, struct err *err)
{
    AUTO_JSON *keys = json_array(), *talks = json_array();
    for (size_t i = 0; i < before->programme.nb_talks; i++) {
        const struct talk *t = &before->programme.talks[i];
        const size_t nb = json_array_size(keys);
        for (size_t n = 0; n < t->nb_parts; n++) {
            const int part = t->parts[n].number;
            if (is_lost(before, after, t->number, part) &&
                add_keys(keys, before, t, &t->parts[n], err) < 0)
                return err->code;
        }
        if (json_array_size(keys) > nb)
            json_array_append_new(
                talks, json_pack("{s:i, s:o}", "number", t->number, "title", json_text(t->title)));
    }
    if (!json_array_size(keys))
        return 0;
    AUTO_JSON *note = json_pack("{s:s, s:O, s:O}", "why", "without a recording since an import",
                                "talks", talks, "keys", keys);
    AUTO_FREE char *dir = NULL;
    return removed_begin(&dir, before->event->work, note, err);
}
