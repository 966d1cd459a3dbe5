/* Jobs that make segments: cards and cells. */
#include <stdio.h>
#include <string.h>

#include "datetime.h"
#include "json.h"
#include "keys.h"
#include "mem.h"
#include "part_work.h"
#include "results.h"

/* "2010-04-28" and "2010-04-29" as "28–29 April 2010". */
static char *event_date(const struct programme *p)
{
    int y, m, d, y2, m2, d2;
    if (!p->begin || sscanf(p->begin, "%d-%d-%d", &y, &m, &d) != 3 || !datetime_month_name(m))
        return mem_strdup(p->begin);
    if (!p->end || sscanf(p->end, "%d-%d-%d", &y2, &m2, &d2) != 3 || !datetime_month_name(m2))
        y2 = y, m2 = m, d2 = d;
    const char *month = datetime_month_name(m), *month2 = datetime_month_name(m2);
    if (y != y2)
        return mem_printf("%d %s %d – %d %s %d", d, month, y, d2, month2, y2);
    if (m != m2)
        return mem_printf("%d %s – %d %s %d", d, month, d2, month2, y);
    return d == d2 ? mem_printf("%d %s %d", d, month, y)
                   : mem_printf("%d–%d %s %d", d, d2, month, y);
}

/* The talk's own day, unless the event has a single one. */
static char *card_date(const struct programme *p, const struct talk *talk)
{
    int y, m, d;
    const bool single = p->begin && (!p->end || strcmp(p->begin, p->end) == 0);
    if (single || !talk->start || sscanf(talk->start, "%d-%d-%d", &y, &m, &d) != 3 ||
        !datetime_month_name(m))
        return event_date(p);
    return mem_printf("%d %s %d", d, datetime_month_name(m), y);
}

void part_card_text(struct card_text *out, char **speakers, char **date, char **label,
                    const struct settings *settings, const struct programme *programme,
                    const struct talk *talk, const struct part *part)
{
    char number[16];
    snprintf(number, sizeof number, "%d", talk->number);
    *speakers = talk_speakers(talk);
    *date = card_date(programme, talk);
    *label = talk->nb_parts > 1 ? mem_printf("Part %d of %zu", part->number, talk->nb_parts) : NULL;
    /* Without the event's name, the section is in its place. */
    const char *name = programme->name;
    *out = (struct card_text){.event = name ? name : talk->section,
                              .section = name ? talk->section : NULL,
                              .title = json_get_string(settings->card_titles, number, talk->title),
                              .speakers = *speakers,
                              .part = *label,
                              .date = *date,
                              .place = programme->place};
}

/* --- the card -------------------------------------------------------------------------------- */

/* The part's card. Its texts are in the spec's pool. */
static void fill_card(struct job_spec *out, const struct part_plan *pp, const struct plan *plan,
                      int64_t nb_frames, int fade_in_ms, int fade_out_ms)
{
    const struct settings *s = &plan->event->settings;
    char *speakers, *date, *label;
    out->has_card = true;
    out->card = (struct job_card){.look = plan->look,
                                  .nb_frames = nb_frames,
                                  .fade_in_ms = fade_in_ms,
                                  .fade_out_ms = fade_out_ms,
                                  .fps = pp->grid.fps,
                                  .template_path = s->card_template,
                                  .logo_path = s->card_logo,
                                  .background_path = s->card_background};
    part_card_text(&out->card.text, &speakers, &date, &label, s, &plan->programme, pp->talk,
                   pp->part);
    job_spec_own(out, speakers);
    job_spec_own(out, date);
    job_spec_own(out, label);
}

/* The card before the talk. */
static void fill_leading_card(struct job_spec *out, const struct part_plan *pp,
                              const struct plan *plan)
{
    const int fade_ms = plan->event->settings.card_fade_ms;
    fill_card(out, pp, plan, pp->work->card_frames, fade_ms, part_has_picture(pp) ? fade_ms : 0);
}

void spec_still_card(struct job_spec *out, const struct part_plan *pp, const struct plan *plan,
                     int64_t nb_frames)
{
    fill_card(out, pp, plan, nb_frames, 0, 0);
}

void part_still_key(char out[KEY_BYTES], const struct part_plan *pp, const struct plan *plan,
                    int64_t nb_frames)
{
    AUTO_JOB_SPEC still = {0};
    spec_still_card(&still, pp, plan, nb_frames);
    keys_drawn_card(out, &still.card);
}

/* --- keys ------------------------------------------------------------------------------------ */

static struct keys_pictures pictures_of(const struct part_plan *pp, const struct piecework *work)
{
    return (struct keys_pictures){
        .content = json_get_string(pp->source->probe, "hash", ""),
        .stream = (int)json_get_int(pp->work->video, "stream", -1),
        .fields = part_has_picture(pp) ? part_fields(pp) : work->card_key,
    };
}

void part_cell_key(char out[KEY_BYTES], const struct piecework *work, const struct part_plan *pp,
                   const struct plan *plan, const struct cell *cell)
{
    if (part_has_picture(pp)) {
        const struct keys_pictures from = pictures_of(pp, work);
        keys_cell(out, work->base, &from, cell->begin, cell->end);
    } else {
        char drawn[KEY_BYTES];
        part_still_key(drawn, pp, plan, cell->end - cell->begin);
        keys_card(out, work->card_base, drawn);
    }
}

void part_name_pictures(struct piecework *works, size_t nb, const struct part_plan *pp,
                        const struct plan *plan)
{
    AUTO_JOB_SPEC card = {0};
    char drawn[KEY_BYTES]; /* the same for all renditions */
    const struct job_range range = part_range(pp);
    fill_leading_card(&card, pp, plan);
    keys_drawn_card(drawn, &card.card);
    for (size_t i = 0; i < nb; i++) {
        struct piecework *work = &works[i];
        if (!work->rendition->video)
            continue;
        keys_card(work->card_key, work->card_base, drawn);
        const struct keys_pictures from = pictures_of(pp, work);
        keys_cells(work->cells_key, work->base, &from, &range);
    }
}

/* --- jobs ------------------------------------------------------------------------------------ */

/* The cost of a frame in seconds of one core, proportional to its size. The factors for 1280x720
 * were measured on slides with a camera picture (docs/renditions.md). Only the estimated time
 * depends on them. */
static double frame_cost(const struct piecework *work)
{
    const char *encoder = json_get_string(work->rendition->video, "encoder", "");
    const double base = strcmp(encoder, "libvpx-vp9") == 0  ? 0.065
                        : strcmp(encoder, "libsvtav1") == 0 ? 0.009
                                                            : 0.013;
    return 0.0005 + base * work->width * work->height / (1280.0 * 720);
}

/* Renditions with equal settings and sizes share their pictures. */
static bool shares_pictures(const struct part_work *w, size_t rendition, enum stage stage)
{
    const struct piecework *a = &w->works[rendition];
    for (const struct piecework *b = w->works; b < a; b++)
        if (b->rendition->video && (stage == STAGE_CARD ? strcmp(b->card_base, a->card_base) == 0
                                                        : strcmp(b->base, a->base) == 0))
            return true;
    return false;
}

/* Adds rendition i of a segment to *m, unless it is made or an earlier one's. Returns 1 if made, 0,
 * or an error. */
static int look_for(struct missing *m, struct part_plan *pp, const struct plan *plan, size_t i,
                    enum stage stage, const char *key, int64_t nb_frames, struct err *err)
{
    struct piecework *work = &pp->work->works[i];
    const int there = plan_has(plan, stage, key, "mp4", err);
    if (there != 0)
        return there;
    work->ready = false;
    if (!shares_pictures(pp->work, i, stage))
        missing_add(m, i, key, frame_cost(work) * (double)nb_frames);
    return 0;
}

/* One job for each rendition: a corrected title gives the other cores nothing else to do. */
int plan_cards(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    const struct part_work *w = pp->work;
    for (size_t i = 0; i < w->nb_works; i++) {
        AUTO_MISSING missing = {0};
        if (!w->works[i].rendition->video)
            continue;
        if (look_for(&missing, pp, plan, i, STAGE_CARD, w->works[i].card_key, w->card_frames, err) <
            0)
            return err->code;
        missing_job(pp, STAGE_CARD, &missing, 0.2);
    }
    return 0;
}

/* Whether an earlier cell is the same piece: a still card shown for as many frames. */
static bool planned_before(const struct part_plan *pp, size_t cell)
{
    const struct cell *cells = pp->work->cells;
    const int64_t length = cells[cell].end - cells[cell].begin;
    for (size_t i = 0; !part_has_picture(pp) && i < cell; i++)
        if (cells[i].end - cells[i].begin == length)
            return true;
    return false;
}

static int plan_cell(struct part_plan *pp, const struct plan *plan, size_t c, struct err *err)
{
    const struct cell *cell = &pp->work->cells[c];
    const enum stage stage = part_has_picture(pp) ? STAGE_CELL : STAGE_CARD;
    AUTO_MISSING missing = {0};
    for (size_t i = 0; i < pp->work->nb_works; i++) {
        const struct piecework *work = &pp->work->works[i];
        char key[KEY_BYTES];
        if (!work->rendition->video)
            continue;
        part_cell_key(key, work, pp, plan, cell);
        const int there = look_for(&missing, pp, plan, i, stage, key, cell->end - cell->begin, err);
        if (there < 0)
            return there;
        pp->nb_cells++;
        pp->nb_cells_done += (size_t)there;
    }
    struct job *job = missing_job(pp, stage, &missing, stage == STAGE_CELL ? 0.1 : 0.2);
    if (job) {
        job->cell = (int)c;
        job->reads = stage == STAGE_CELL;
    }
    return 0;
}

int plan_cells(struct part_plan *pp, const struct plan *plan, struct err *err)
{
    for (size_t c = 0; c < pp->work->nb_cells; c++)
        if (!planned_before(pp, c) && plan_cell(pp, plan, c, err) < 0)
            return err->code;
    return 0;
}

/* --- specs ----------------------------------------------------------------------------------- */

static void fill_outputs(struct job_spec *out, const struct job *job, const struct part_plan *pp,
                         const struct plan *plan)
{
    out->outputs = mem_zalloc(job->nb_renditions, sizeof *out->outputs);
    out->nb_outputs = job->nb_renditions;
    for (size_t i = 0; i < out->nb_outputs; i++) {
        const struct piecework *work = &pp->work->works[job->renditions[i]];
        struct job_output *o = &out->outputs[i];
        o->rendition = work->rendition->name;
        o->settings = job->stage == STAGE_CARD ? work->rendition->card : work->rendition->video;
        o->width = work->width;
        o->height = work->height;
        o->made_by = spec_made_by(out, plan, o->settings);
        if (job->cell < 0)
            memcpy(o->key, work->card_key, sizeof o->key);
        else
            part_cell_key(o->key, work, pp, plan, &pp->work->cells[job->cell]);
    }
}

void spec_card(struct job_spec *out, const struct job *job, const struct part_plan *pp,
               const struct plan *plan)
{
    fill_outputs(out, job, pp, plan);
    if (job->cell < 0) {
        fill_leading_card(out, pp, plan);
    } else {
        const struct cell *cell = &pp->work->cells[job->cell];
        spec_still_card(out, pp, plan, cell->end - cell->begin);
    }
}

int spec_cell(struct job_spec *out, const struct job *job, const struct part_plan *pp,
              const struct plan *plan, struct err *err)
{
    const struct cell *cell = &pp->work->cells[job->cell];
    fill_outputs(out, job, pp, plan);
    out->range = (struct job_range){.begin = cell->begin, .end = cell->end};
    out->cell = (struct job_cell){cell->key_frame, cell->key_pts, part_fields(pp)};
    return spec_recording(out, plan, pp->source, err);
}
