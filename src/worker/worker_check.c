#include "err.h"
#include "json.h"
#include "mem.h"
#include "poster.h"
#include "storyboard.h"
#include "worker_stage.h"

static int check_poster(struct worker *w, struct err *err)
{
    int width = POSTER_WIDTH, height = POSTER_HEIGHT;
    if (!w->spec->has_card)
        poster_size(&width, &height, json_object_get(w->spec->probe, "video"));
    return poster_check(w->file, width, height, err);
}

static int check_storyboard(const struct worker *w, struct err *err)
{
    const struct job_storyboard *b = &w->spec->storyboard;
    return storyboard_check(w->file, b->duration_ms, b->sheet, err);
}

bool worker_checks(enum stage stage)
{
    return stage == STAGE_POSTER || stage == STAGE_CAPTIONS || stage == STAGE_ASSEMBLE ||
           stage == STAGE_STORYBOARD || stage == STAGE_PREVIEW || stage == STAGE_THUMBS;
}

int worker_check(struct worker *w, struct err *err)
{
    AUTO_JSON *found = json_object();
    int ret = 0;
    if (w->spec->stage == STAGE_POSTER)
        ret = check_poster(w, err);
    else if (w->spec->stage == STAGE_STORYBOARD)
        ret = check_storyboard(w, err);
    else if (w->spec->stage == STAGE_PREVIEW)
        ret = worker_check_preview(found, w, err);
    else if (w->spec->stage == STAGE_THUMBS)
        ret = worker_check_thumbs(w, err);
    else if (w->spec->stage == STAGE_CAPTIONS)
        ret = worker_check_captions(found, w, err);
    else
        ret = worker_check_assembled(found, w, err);
    return ret < 0 ? ret : worker_deliver(w, CHECK_KEY, found, err);
}
