/* What is made when a page asks for it: segments of previews and sheets of thumbnails; captions and
 * what is missing of a recording are made in files of their own. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event.h"
#include "fs.h"
#include "job_spec.h"
#include "json.h"
#include "mem.h"
#include "on_demand.h"
#include "plan.h"
#include "playlists.h"
#include "preview.h"
#include "service.h"
#include "showing.h"
#include "waveform.h"
#include "workdir.h"

enum { AHEAD = 2, STALL_S = 30 };

struct showing *showing_create(struct service *s)
{
    struct showing *m = mem_zalloc(1, sizeof *m);
    m->service = s;
    m->unread = json_object();
    return m;
}

void showing_destroy(struct showing *m)
{
    if (!m)
        return;
    showing_forget(m);
    json_decref(m->unread);
    free(m);
}

void showing_forget(struct showing *m)
{
    preview_close_p(&m->preview);
    m->preview = NULL;
}

/* --- the recording -----------------------------------------------------------------------------
 */

const struct source *showing_find_source(const struct showing *m, const char *fingerprint)
{
    const struct plan *plan = m->service->plan;
    for (size_t i = 0; i < plan->nb_recordings; i++)
        if (strcmp(plan->recordings[i].fingerprint, fingerprint) == 0)
            return &plan->sources[i];
    return NULL;
}

/* The preview belongs to the showing until the plan changes. */
static int open_preview(struct preview **out, struct showing *m, const char *fingerprint,
                        struct err *err)
{
    const struct source *s = showing_find_source(m, fingerprint);
    if (m->preview && strcmp(m->opened, fingerprint) == 0) {
        *out = m->preview;
        return 0;
    }
    showing_forget(m);
    if (!s)
        return err_set(err, ERR_NOT_FOUND, "there is no such recording in the event");
    const int ret = preview_open(&m->preview, m->service->plan, s, PREVIEW_PLAY, err);
    if (ret <= 0)
        return ret < 0 ? ret
                       : err_set(err, ERR_NOT_FOUND, "'%s' cannot be shown: %s", s->name,
                                 s->probe ? plan_refusal(s->probe) : "it is not read yet");
    snprintf(m->opened, sizeof m->opened, "%s", fingerprint);
    *out = m->preview;
    return 0;
}

static struct preview_piece piece_of(const struct showing_wish *w, const struct preview *p)
{
    struct preview_piece piece = {.sound = w->sound, .segment = w->number};
    if (w->sound && (w->stream >= 0 || *w->use)) {
        piece.use = *w->use ? w->use : p->source->use;
        piece.stream = w->stream >= 0 ? w->stream : p->source->audio_stream;
    }
    return piece;
}

static bool has_segment(const struct preview_layout *l, const struct showing_wish *w)
{
    return w->number < (w->sound ? l->nb_sounds : l->nb_pictures);
}

/* --- what is made ------------------------------------------------------------------------------
 */

/* Opens the file of a result. */
static int open_made(int *out, int64_t *bytes, const struct showing *m, const char *key,
                     const char *ext, struct err *err)
{
    struct stat st;
    AUTO_FREE char *path = workdir_path(m->service->event->work, key, ext);
    AUTO_FD fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_errno(err, errno, "cannot read '%s'", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_IO, "'%s' is not a file", path);
    *bytes = st.st_size;
    *out = fd;
    fd = -1;
    return 0;
}

static void answer_segment(struct answer *out, const struct showing *m, const struct asked *a,
                           const char *key, const json_t *result)
{
    struct err err = {0};
    int fd = -1;
    int64_t bytes = 0;
    const int64_t init = json_get_int(result, "init_bytes", 0);
    if (open_made(&fd, &bytes, m, key, "mp4", &err) < 0) {
        answer_err(out, &err);
        return;
    }
    if (init < 1 || init >= bytes) {
        close(fd);
        answer_error(out, STATUS_FAILED, "the segment is damaged");
        return;
    }
    AUTO_FREE char *tag = mem_printf("%.32s%s", key, a->head ? "i" : "");
    answer_file(out, fd, a->head ? 0 : init, a->head ? init : bytes - init,
                a->of.sound ? "audio/mp4" : "video/mp4");
    answer_tag(out, tag, !a->of.sound && !a->head);
}

static void answer_sheet(struct answer *out, const struct showing *m, const char *key)
{
    struct err err = {0};
    int fd = -1;
    int64_t bytes = 0;
    if (open_made(&fd, &bytes, m, key, "jpg", &err) < 0) {
        answer_err(out, &err);
        return;
    }
    answer_file(out, fd, 0, bytes, "image/jpeg");
    answer_tag(out, key, true);
}

static void answer_peaks(struct answer *out, const char *key, const json_t *result)
{
    enum { RATE = 48000 };
    struct str dat = {0};
    const json_t *peaks = json_object_get(result, "peaks");
    const size_t nb = json_array_size(peaks) / 2;
    AUTO_FREE int8_t *pairs = mem_zalloc(2 * nb + 1, sizeof *pairs);
    for (size_t i = 0; i < 2 * nb; i++)
        pairs[i] = (int8_t)json_integer_value(json_array_get(peaks, i));
    waveform_write(&dat, pairs, nb, RATE, RATE / PREVIEW_PEAKS_PER_S);
    answer_text(out, &dat, "application/octet-stream");
    answer_tag(out, key, false);
}

static void answer_made(struct answer *out, const struct showing *m, const struct asked *a,
                        const char *key, const json_t *result)
{
    if (a->wish == LINK_THUMBS)
        answer_sheet(out, m, key);
    else if (a->wish == LINK_CAPTIONS)
        showing_answer_captions(out, m, a, key);
    else if (a->wish == LINK_PEAKS)
        answer_peaks(out, key, result);
    else
        answer_segment(out, m, a, key, result);
}

static void note_head(struct showing *m, const struct showing_wish *w, const char *key)
{
    struct head *h = &m->heads[m->nb_heads++ % NB_HEADS];
    *h = (struct head){.sound = w->sound};
    memcpy(h->recording, w->recording, sizeof h->recording);
    snprintf(h->key, sizeof h->key, "%s", key);
}

/* --- asking ------------------------------------------------------------------------------------
 */

void showing_answer_failure(struct showing *m, int64_t id, const struct err *err)
{
    AUTO_ANSWER answer = ANSWER_NONE;
    answer_err(&answer, err);
    service_answer(m->service, id, &answer);
}

static void remove_asked(struct showing *m, size_t i)
{
    memmove(&m->asked[i], &m->asked[i + 1], (m->nb_asked - i - 1) * sizeof m->asked[0]);
    m->nb_asked--;
}

static bool is_waited_for(const struct showing *m, const char *key)
{
    for (size_t i = 0; i < m->nb_asked; i++)
        if (strcmp(m->asked[i].key, key) == 0)
            return true;
    return false;
}

void showing_ask(struct showing *m, const struct asked *a)
{
    struct on_demand_want want = {.ahead = a->head, .stall_s = STALL_S};
    AUTO_JSON *made = on_demand_made(m->service->event, a->of.stage, a->key);
    if (made) {
        AUTO_ANSWER answer = ANSWER_NONE;
        answer_made(&answer, m, a, a->key, made);
        service_answer(m->service, a->id, &answer);
        return;
    }
    if (m->nb_asked == MOST_ASKED) {
        struct err why = {0};
        err_set(&why, ERR_BUSY, "too much was asked for at once: ask for it again");
        showing_answer_failure(m, a->id, &why);
        return;
    }
    m->asked[m->nb_asked++] = *a;
    memcpy(want.key, a->key, sizeof want.key);
    on_demand_add(m->service->jobs, &want, &a->of);
}

/* The segments after this one will be asked for next. */
static void make_ahead(struct showing *m, const struct preview *p, const struct showing_wish *of)
{
    for (int i = 1; i <= AHEAD; i++) {
        struct showing_wish next = *of;
        struct on_demand_want want = {.ahead = true, .stall_s = STALL_S};
        next.number += i;
        if (!has_segment(&p->layout, &next))
            return;
        const struct preview_piece piece = piece_of(&next, p);
        preview_key(want.key, p, &piece);
        if (!workdir_has(m->service->event->work_dir, want.key, "json"))
            on_demand_add(m->service->jobs, &want, &next);
    }
}

static void ask_segment(struct showing *m, struct asked *a, const struct preview *p)
{
    const struct preview_piece piece = piece_of(&a->of, p);
    preview_key(a->key, p, &piece);
    showing_ask(m, a);
    if (!a->head && a->wish == LINK_PREVIEW)
        make_ahead(m, p, &a->of);
}

/* Any segment has the header: one that was made, or one that is being made; else the first one is
 * begun, and gives way to what the page asks for next. */
static void ask_head(struct showing *m, struct asked *a, const struct preview *p)
{
    const size_t nb = m->nb_heads < NB_HEADS ? m->nb_heads : NB_HEADS;
    for (size_t i = 0; i < nb; i++) {
        const struct head *h = &m->heads[i];
        if (h->sound != a->of.sound || strcmp(h->recording, a->of.recording) != 0)
            continue;
        AUTO_JSON *made = on_demand_made(m->service->event, STAGE_PREVIEW, h->key);
        if (!made)
            continue;
        memcpy(a->key, h->key, sizeof a->key);
        showing_ask(m, a);
        return;
    }
    ask_segment(m, a, p);
}

static void answer_playlist(struct showing *m, const struct link_request *r,
                            const struct preview *p)
{
    struct str text = {0};
    AUTO_ANSWER answer = ANSWER_NONE;
    AUTO_STR query = {0};
    if (r->stream >= 0)
        str_addf(&query, "?stream=%d", r->stream);
    if (*r->use)
        str_addf(&query, "%suse=%s", query.len ? "&" : "?", r->use);
    if (r->track == LINK_MASTER)
        playlist_master(&text, &p->layout);
    else if (r->track == LINK_PICTURE)
        playlist_of_picture(&text, &p->layout);
    else
        playlist_of_sound(&text, &p->layout, query.s ? query.s : "");
    answer_text(&answer, &text, PLAYLIST_TYPE);
    service_answer(m->service, r->id, &answer);
}

static int check_number(const struct asked *a, const struct preview *p, struct err *err)
{
    if (a->wish == LINK_THUMBS)
        return p->thumbs.nb && a->of.number < p->thumbs.nb_sheets
                   ? 0
                   : err_set(err, ERR_NOT_FOUND, "the recording has no such sheet of thumbnails");
    return has_segment(&p->layout, &a->of)
               ? 0
               : err_set(err, ERR_NOT_FOUND, "the recording has no such segment of %s",
                         a->of.sound ? "sound" : "the picture");
}

static void ask_for(struct showing *m, const struct link_request *r, const struct preview *p)
{
    struct err err = {0};
    struct asked a = {.id = r->id,
                      .wish = r->wish,
                      .head = r->wish == LINK_PREVIEW && r->number == LINK_INIT,
                      .of = {.stage = r->wish == LINK_THUMBS ? STAGE_THUMBS : STAGE_PREVIEW,
                             .number = r->number > 0 ? r->number : 0,
                             .sound = r->wish == LINK_PEAKS || r->track == LINK_SOUND,
                             .stream = r->stream}};
    memcpy(a.of.recording, r->recording, sizeof a.of.recording);
    memcpy(a.of.use, r->use, sizeof a.of.use);
    if (check_number(&a, p, &err) < 0) {
        showing_answer_failure(m, r->id, &err);
    } else if (r->wish == LINK_THUMBS) {
        thumbs_key(a.key, p, a.of.number);
        showing_ask(m, &a);
    } else if (a.head) {
        ask_head(m, &a, p);
    } else {
        ask_segment(m, &a, p);
    }
}

void showing_answer(struct showing *m, const struct link_request *r)
{
    struct err err = {0};
    struct preview *p = NULL;
    if (r->wish == LINK_CAPTIONS) {
        showing_ask_for_captions(m, r);
        return;
    }
    if (open_preview(&p, m, r->recording, &err) < 0) {
        showing_answer_failure(m, r->id, &err);
        return;
    }
    assert(p);
    if (r->wish == LINK_PREVIEW && (r->number == LINK_PLAYLIST || r->track == LINK_MASTER))
        answer_playlist(m, r, p);
    else
        ask_for(m, r, p);
}

void showing_cancel(struct showing *m, int64_t id)
{
    size_t i = 0;
    while (i < m->nb_asked && m->asked[i].id != id)
        i++;
    if (i == m->nb_asked)
        return;
    const struct asked gone = m->asked[i];
    remove_asked(m, i);
    if (!is_waited_for(m, gone.key))
        on_demand_drop(m->service->jobs, gone.key);
}

void showing_cancel_all(struct showing *m)
{
    while (m->nb_asked)
        showing_cancel(m, m->asked[m->nb_asked - 1].id);
}

/* --- jobs --------------------------------------------------------------------------------------
 */

static int begin_job(void *opaque, struct job_spec *out, const void *wish, struct err *err)
{
    struct showing *m = opaque;
    const struct showing_wish *w = wish;
    struct preview *p = NULL;
    if (w->stage == STAGE_CAPTIONS)
        return showing_begin_captions(out, m, w, err);
    if (w->stage != STAGE_PREVIEW && w->stage != STAGE_THUMBS)
        return showing_begin_reading(out, m, w, err);
    if (open_preview(&p, m, w->recording, err) < 0)
        return err->code;
    assert(p);
    AUTO_FREE char *absent = plan_absence(p->source);
    if (absent)
        return err_set(err, ERR_NOT_FOUND, "%s", absent);
    if (w->stage == STAGE_THUMBS)
        return thumbs_spec(out, p, w->number, err);
    const struct preview_piece piece = piece_of(w, p);
    return preview_spec(out, p, &piece, err);
}

static bool serves(const struct asked *a, const struct showing_wish *w, const char *key)
{
    return strcmp(a->key, key) == 0 ||
           (a->head && w->stage == STAGE_PREVIEW && a->of.sound == w->sound &&
            strcmp(a->of.recording, w->recording) == 0);
}

/* A request for a header that fails waits for another segment, if one is being made. */
static void answer_asked(struct showing *m, const struct job_spec *spec,
                         const struct showing_wish *w, const json_t *result, const struct err *why)
{
    for (size_t i = m->nb_asked; i-- > 0;) {
        const struct asked a = m->asked[i];
        AUTO_ANSWER answer = ANSWER_NONE;
        if (result ? !serves(&a, w, spec->key) : strcmp(a.key, spec->key) != 0)
            continue;
        remove_asked(m, i);
        if (result)
            answer_made(&answer, m, &a, spec->key, result);
        else
            answer_err(&answer, why);
        service_answer(m->service, a.id, &answer);
        if (strcmp(a.key, spec->key) != 0 && !is_waited_for(m, a.key))
            on_demand_drop(m->service->jobs, a.key);
    }
}

static void end_job(void *opaque, const struct job_spec *spec, const void *wish,
                    const json_t *results, const struct err *why)
{
    struct showing *m = opaque;
    const struct showing_wish *w = wish;
    if (w->stage == STAGE_PROBE || w->stage == STAGE_ANALYSE) {
        showing_end_reading(m, spec, w, results, why);
        return;
    }
    if (results && w->stage == STAGE_PREVIEW)
        note_head(m, w, spec->key);
    answer_asked(m, spec, w, json_array_get(results, 0), why);
}

struct on_demand_user showing_user(struct showing *m)
{
    return (struct on_demand_user){.wish_bytes = sizeof(struct showing_wish),
                                   .begin = begin_job,
                                   .ended = end_job,
                                   .opaque = m};
}
