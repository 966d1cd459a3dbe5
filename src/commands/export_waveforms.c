#include "export_waveforms.h"

#include <stdio.h>
#include <string.h>

#include "event.h"
#include "export.h"
#include "export_folder.h"
#include "loudness.h"
#include "mem.h"
#include "plan.h"
#include "preview.h"
#include "str.h"
#include "timeline.h"
#include "waveform.h"

/* The recording's name, with folders in it if it needs them, as one name. A new string. */
static char *file_name(const struct source *source)
{
    char *name = mem_printf("%s.dat", source->name);
    for (char *p = name; (p = strchr(p, '/'));)
        *p = '-';
    return name;
}

/* Adds the file of a recording. Returns 1, 0 if it has none, or a negative code. */
static int add(struct export_texts *t, const struct plan *plan, const struct source *source,
               struct err *err)
{
    AUTO_LOUDNESS blocks = {0};
    AUTO_STR bytes = {0};
    AUTO_PREVIEW *preview = NULL;
    int got = preview_open(&preview, plan, source, PREVIEW_PLAY, err);
    if (got > 0)
        got = timeline_blocks(&blocks, preview, err);
    if (got <= 0)
        return got;
    waveform_of_blocks(&bytes, &blocks);
    t->texts = mem_grow(t->texts, t->nb, sizeof *t->texts);
    t->texts[t->nb] = (struct export_text){.path = file_name(source), .nb_bytes = bytes.len};
    t->texts[t->nb++].text = str_take(&bytes);
    return 1;
}

int export_waveforms(struct event *event, const char *path, struct err *err)
{
    AUTO_PLAN plan = {0};
    AUTO_EXPORT_TEXTS texts = {0};
    if (plan_load(&plan, event, err) < 0)
        return err->code;
    for (size_t i = 0; i < plan.nb_recordings; i++)
        if (add(&texts, &plan, &plan.sources[i], err) < 0)
            return err->code;
    if (!texts.nb)
        return err_set(err, ERR_INVALID,
                       "no recording is analysed yet, or none has sound: 'talkpress verify' "
                       "analyses those that hold a talk");
    if (export_folder_write(&texts, path, event->out, err) < 0)
        return err->code;
    if (texts.nb < plan.nb_recordings)
        fprintf(stderr,
                "%zu of %zu recordings: the others hold no talk, are not analysed or have "
                "no sound\n",
                texts.nb, plan.nb_recordings);
    return 0;
}
