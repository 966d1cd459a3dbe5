#include "report_pictures.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "event.h"
#include "fs.h"
#include "json.h"
#include "media_program.h"
#include "media_request.h"
#include "mem.h"
#include "part.h"
#include "report.h"
#include "storyboard_grid.h"
#include "str.h"
#include "workdir.h"

void report_strips_finish(struct report_strips *s)
{
    for (size_t i = 0; i < s->nb; i++)
        for (size_t k = 0; k < REPORT_PICTURES; k++)
            free(s->list[i].sheets[k]);
    free(s->list);
    *s = (struct report_strips){0};
}

/* --- which ------------------------------------------------------------------------------------ */

/* The part's sheet of that number, from 0, if it is made. */
static const struct output *sheet_of(const struct part_plan *pp, int64_t sheet)
{
    for (size_t i = 0; i < pp->nb_outputs; i++)
        if (pp->outputs[i].kind == OUTPUT_STORYBOARD && sheet-- == 0)
            return pp->outputs[i].result ? &pp->outputs[i] : NULL;
    return NULL;
}

void report_strips_put(struct report_strips *strips, const struct report_strip *strip)
{
    strips->list = mem_grow(strips->list, strips->nb, sizeof *strips->list);
    strips->list[strips->nb++] = *strip;
}

bool report_strips_add(struct report_strips *strips, size_t part, const struct part_plan *pp,
                       const struct event *event)
{
    const int64_t ms = pp->storyboard_ms, nb = ms ? storyboard_nb_pictures(ms) : 0;
    struct report_strip s = {.part = part,
                             .columns = STORYBOARD_COLUMNS,
                             .width = STORYBOARD_WIDTH,
                             .height = STORYBOARD_HEIGHT};
    for (int64_t i = 0; nb && i < REPORT_PICTURES; i++) {
        const int64_t n = (i * (nb - 1) + (REPORT_PICTURES - 1) / 2) / (REPORT_PICTURES - 1);
        const struct output *o = sheet_of(pp, n / STORYBOARD_PER_SHEET);
        if (!o)
            continue;
        s.sheets[s.nb] = workdir_path(event->work, o->key, "jpg");
        s.index[s.nb] = (int)(n % STORYBOARD_PER_SHEET);
        s.at_ms[s.nb++] = n * storyboard_interval_ms(ms);
    }
    if (s.nb)
        report_strips_put(strips, &s);
    return s.nb > 0;
}

/* --- made ------------------------------------------------------------------------------------- */

static void fill(struct strips_request *r, const struct report_strips *strips)
{
    r->strips = mem_zalloc(strips->nb, sizeof *r->strips);
    for (r->nb = 0; r->nb < strips->nb; r->nb++) {
        const struct report_strip *from = &strips->list[r->nb];
        struct strip_request *to = &r->strips[r->nb];
        to->pictures = mem_zalloc(from->nb, sizeof *to->pictures);
        for (to->nb = 0; to->nb < from->nb; to->nb++)
            to->pictures[to->nb] = (struct strip_request_picture){
                mem_strdup(from->sheets[to->nb]), from->index[to->nb], from->columns, from->width,
                from->height};
    }
}

/* One picture for all eight, and their times. */
static char *as_html(const struct report_strip *s, const char *jpeg, size_t nb)
{
    gchar *base64 = g_base64_encode((const guchar *)jpeg, nb);
    char at[CLOCK_BYTES];
    AUTO_STR html = {0};
    str_addf(&html,
             "<img width=\"%zu\" height=\"%d\" alt=\"%zu pictures from the begin to the end\" "
             "src=\"data:image/jpeg;base64,",
             s->nb * (size_t)s->width, s->height, s->nb);
    str_add(&html, base64);
    str_add(&html, "\"><p class=\"times\">");
    for (size_t i = 0; i < s->nb; i++)
        str_addf(&html, "<span>%s</span>", clock_format_ms(at, s->at_ms[i], false));
    str_add(&html, "</p>");
    g_free(base64);
    return str_take(&html);
}

/* The file's form is that of struct strips_request; it was checked by the program that wrote it. */
static int take(struct report_sight *sights, const struct report_strips *strips, const char *path,
                struct err *err)
{
    enum { MAX_BYTES = 1 << 30, SIZE_BYTES = 4 };
    AUTO_FREE char *bytes = NULL;
    size_t left = 0;
    if (fs_read(&bytes, &left, path, MAX_BYTES, err) < 0)
        return err->code;
    const unsigned char *at = (const unsigned char *)bytes;
    for (size_t i = 0; i < strips->nb; i++) {
        const size_t nb = left < SIZE_BYTES ? left
                                            : (size_t)at[0] | (size_t)at[1] << 8 |
                                                  (size_t)at[2] << 16 | (size_t)at[3] << 24;
        if (left < SIZE_BYTES || nb > left - SIZE_BYTES)
            return err_set(err, ERR_EXTERNAL, "the strips of pictures are not complete");
        if (nb)
            sights[strips->list[i].part].strip =
                as_html(&strips->list[i], (const char *)at + SIZE_BYTES, nb);
        at += SIZE_BYTES + nb;
        left -= SIZE_BYTES + nb;
    }
    return 0;
}

int report_strips_make(struct report_sight *sights, const struct report_strips *strips,
                       const struct event *event, struct err *err)
{
    AUTO_STRIPS_REQUEST r = {0};
    struct err ignored = {0};
    if (!strips->nb)
        return 0;
    fill(&r, strips);
    r.sandbox = mem_strdup(sandbox_mode_name(event->settings.sandbox));
    r.path = mem_printf("%s/tmp/strips-%d", event->work, (int)getpid());
    AUTO_JSON *request = strips_request_write(&r);
    if (workdir_make_tmp(event->work, err) == 0 && media_program_make("strips", request, err) == 0)
        (void)!take(sights, strips, r.path, err);
    (void)!fs_remove_all(r.path, &ignored);
    return err->code;
}
