#include "wish.h"

#include <stdlib.h>
#include <string.h>

#include "captions_source.h"
#include "captions_wish.h"
#include "chapters.h"
#include "clock.h"
#include "decide.h"
#include "frame_grid.h"
#include "json.h"
#include "mem.h"
#include "plan.h"
#include "str.h"

static const char where[] = "the decision";
static const int64_t most_frames = (int64_t)FRAME_GRID_MAX_HOURS * 3600 * 1000;
static const int64_t most_ms = (int64_t)FRAME_GRID_MAX_HOURS * 3600 * 1000;

/* --- kinds of decisions ------------------------------------------------------------------------
 */

static bool is_set(const json_t *body, const char *key)
{
    return json_is_true(json_object_get(body, key));
}

enum { MOST_DROPS = 100, MOST_OFFSET_MS = 10000 };

static int read_drops(struct part_drop *out, size_t *nb, const json_t *list, struct err *err)
{
    size_t i;
    json_t *drop;
    if (list && !json_is_array(list))
        return err_set(err, ERR_USAGE, "%s: 'drops' is no list", where);
    if (json_array_size(list) > MOST_DROPS)
        return err_set(err, ERR_USAGE, "there are more than %d breaks", MOST_DROPS);
    json_array_foreach(list, i, drop) {
        const json_t *begin = json_array_get(drop, 0), *end = json_array_get(drop, 1);
        if (json_array_size(drop) != 2 || !json_is_integer(begin) || !json_is_integer(end))
            return err_set(err, ERR_USAGE, "%s: break %zu is not two frames", where, i + 1);
        out[i] = (struct part_drop){json_integer_value(begin), json_integer_value(end)};
        if (out[i].begin < 0 || out[i].end <= out[i].begin || out[i].end > most_frames)
            return err_set(err, ERR_USAGE, "break %zu ends before it begins", i + 1);
    }
    *nb = json_array_size(list);
    return 0;
}

/* Members that are not there stay as they are. */
static int wish_cut(struct decided *out, const struct plan *plan, const struct wish *at,
                    struct err *err)
{
    const json_t *body = at->body;
    struct part_drop drops[MOST_DROPS];
    struct cut_wish w = {
        .talk = at->talk, .part = at->part, .how = CUT_SET, .begin = -1, .end = -1, .drops = drops};
    int64_t offset_ms = 0;
    if (is_set(body, "auto") || is_set(body, "take")) {
        w.how = is_set(body, "auto") ? CUT_AUTO : CUT_TAKE;
        return decide_cut(out, plan, &w, err);
    }
    w.which = json_object_get(body, "drops") ? CUT_DROPS_SET : CUT_DROPS_STAY;
    w.sets_offset = json_object_get(body, "sound_offset_ms");
    if ((json_object_get(body, "in") &&
         json_need_number(&w.begin, body, "in", 0, most_frames, where, err) < 0) ||
        (json_object_get(body, "out") &&
         json_need_number(&w.end, body, "out", 0, most_frames, where, err) < 0) ||
        read_drops(drops, &w.nb_drops, json_object_get(body, "drops"), err) < 0 ||
        (w.sets_offset && json_need_number(&offset_ms, body, "sound_offset_ms", -MOST_OFFSET_MS,
                                           MOST_OFFSET_MS, where, err) < 0))
        return err->code;
    w.sound_offset_ms = (int)offset_ms;
    return decide_cut(out, plan, &w, err);
}

static int wish_accept(struct decided *out, const struct plan *plan, const struct wish *at,
                       struct err *err)
{
    const json_t *body = at->body;
    struct accept_wish w = {.talk = at->talk, .part = at->part};
    if (json_need_string(&w.because, body, "because", where, err) < 0)
        return err->code;
    if (!*w.because)
        return err_set(err, ERR_USAGE, "say why it is accepted");
    return decide_accept(out, plan, &w, err);
}

static int wish_reject(struct decided *out, const struct plan *plan, const struct wish *at,
                       struct err *err)
{
    return decide_accept(out, plan, &(struct accept_wish){.talk = at->talk, .part = at->part}, err);
}

/* The match is one of the whole talk where one recording holds all its parts. */
static int wish_match(struct decided *out, const struct plan *plan, const struct wish *at,
                      struct err *err)
{
    const json_t *body = at->body;
    const struct talk *t = programme_find(&plan->programme, at->talk);
    const struct match *m = t ? plan_match(plan, t, at->part) : NULL;
    const json_t *recording = json_object_get(body, "recording");
    struct match_wish w = {.talk = at->talk, .part = m ? m->part : 0, .how = MATCH_NO};
    if (t && t->nb_parts > 1 && is_set(body, "part_alone"))
        w.part = at->part;
    if (!json_is_null(recording)) {
        if (json_need_string(&w.recording, body, "recording", where, err) < 0)
            return err->code;
        w.how = strcmp(w.recording, "auto") == 0 ? MATCH_AUTO : MATCH_SET;
    }
    return decide_match(out, plan, &w, err);
}

static int wish_sound(struct decided *out, const struct plan *plan, const struct wish *at,
                      struct err *err)
{
    const json_t *body = at->body;
    enum { MOST_STREAM = 1000 };
    int64_t stream = -1;
    struct sound_wish w = {.talk = at->talk, .part = at->part, .automatic = is_set(body, "auto")};
    if (!w.automatic && json_object_get(body, "stream") &&
        json_need_number(&stream, body, "stream", 0, MOST_STREAM, where, err) < 0)
        return err->code;
    if (!w.automatic && json_object_get(body, "use") &&
        json_need_string(&w.use, body, "use", where, err) < 0)
        return err->code;
    w.stream = (int)stream;
    return decide_sound(out, plan, &w, err);
}

static int wish_poster(struct decided *out, const struct plan *plan, const struct wish *at,
                       struct err *err)
{
    const json_t *body = at->body;
    struct poster_wish w = {.talk = at->talk, .part = at->part};
    w.clear = json_is_null(json_object_get(body, "frame"));
    if (!w.clear && json_need_number(&w.frame, body, "frame", 0, most_frames, where, err) < 0)
        return err->code;
    return decide_poster(out, plan, &w, err);
}

static int read_chapters(struct chapters *out, const json_t *list, struct err *err)
{
    size_t i;
    json_t *chapter;
    if (json_array_size(list) > CHAPTERS_MAX)
        return err_set(err, ERR_USAGE, "there are more than %d chapters", CHAPTERS_MAX);
    json_array_foreach(list, i, chapter) {
        const char *text;
        int64_t at_ms;
        AUTO_FREE char *title = NULL;
        if (json_need_number(&at_ms, chapter, "at_ms", -most_ms, most_ms, where, err) < 0 ||
            json_need_string(&text, chapter, "title", where, err) < 0)
            return err->code;
        if (chapters_title(&title, text, err) < 0)
            return err_prefix(err, "chapter %zu: ", i + 1);
        chapters_add(out, at_ms, title);
    }
    return 0;
}

static int wish_chapters(struct decided *out, const struct plan *plan, const struct wish *at,
                         struct err *err)
{
    const json_t *body = at->body;
    AUTO_CHAPTERS chapters = {0};
    const json_t *list = json_object_get(body, "chapters");
    struct chapter_wish w = {
        .talk = at->talk, .part = at->part, .how = CHAPTER_SET, .list = &chapters};
    if (json_is_null(list))
        w.how = CHAPTER_REMOVE_ALL;
    else if (!json_is_array(list))
        return err_set(err, ERR_USAGE, "%s: 'chapters' is no list", where);
    else if (read_chapters(&chapters, list, err) < 0)
        return err->code;
    return decide_chapters(out, plan, &w, err);
}

static int wish_language(struct decided *out, const struct plan *plan, const struct wish *at,
                         struct err *err)
{
    struct language_wish w = {.talk = at->talk};
    if (!json_is_null(json_object_get(at->body, "language")) &&
        json_need_string(&w.language, at->body, "language", where, err) < 0)
        return err->code;
    return decide_language(out, plan, &w, err);
}

/* --- captions ----------------------------------------------------------------------------------
 */

/* The language of the part's captions n. */
static int captions_language(char out[LANGUAGE_BYTES], const struct plan *plan,
                             const struct wish *at, struct err *err)
{
    enum { MOST = 1000 };
    int64_t n = 0;
    struct caption_source *list = NULL;
    size_t nb = 0;
    const struct talk *t = programme_find(&plan->programme, at->talk);
    const struct match *m = t ? plan_match(plan, t, at->part) : NULL;
    if (json_need_number(&n, at->body, "n", 0, MOST, where, err) < 0)
        return err->code;
    if (m && plan_holds_talk(m) &&
        captions_of_part(&list, &nb, &plan->sources[m->recording], plan, at->talk, at->part, err) <
            0)
        return err->code;
    if ((size_t)n < nb)
        memcpy(out, list[n].language, LANGUAGE_BYTES);
    else
        err_set(err, ERR_NOT_FOUND, "talk %d, part %d, has no captions %d", at->talk, at->part,
                (int)n);
    captions_list_free(&list, &nb);
    return err->code;
}

static int wish_captions(struct decided *out, const struct plan *plan, const struct wish *at,
                         struct err *err)
{
    char language[LANGUAGE_BYTES] = "";
    if (captions_language(language, plan, at, err) < 0)
        return err->code;
    const struct captions_wish w = {
        .talk = at->talk, .part = at->part, .language = language, .text = at->captions};
    return decide_captions(out, plan, &w, err);
}

/* As WebVTT. A text that holds an empty line would end its cue. */
static int write_cues(struct str *out, const json_t *cues, struct err *err)
{
    size_t i;
    json_t *cue;
    str_add(out, "WEBVTT\n");
    json_array_foreach(cues, i, cue) {
        int64_t begin_ms, end_ms;
        const char *text;
        char from[CLOCK_BYTES], to[CLOCK_BYTES];
        if (json_need_number(&begin_ms, cue, "begin_ms", 0, most_ms, where, err) < 0 ||
            json_need_number(&end_ms, cue, "end_ms", 0, most_ms, where, err) < 0 ||
            json_need_string(&text, cue, "text", where, err) < 0)
            return err->code;
        if (end_ms <= begin_ms || !*text || strstr(text, "\n\n") || strstr(text, "-->"))
            return err_set(err, ERR_INVALID,
                           "the caption at %s has no text, an empty line, '-->', or no time to "
                           "be read",
                           clock_format_ms(from, begin_ms, true));
        str_addf(out, "\n%s --> %s\n%s\n", clock_format_cue(from, begin_ms),
                 clock_format_cue(to, end_ms), text);
    }
    return 0;
}

static int read_captions(char **out, const struct plan *plan, const json_t *body, struct err *err)
{
    AUTO_STR text = {0};
    const json_t *cues = json_object_get(body, "cues");
    if (!json_is_array(cues))
        return err_set(err, ERR_USAGE, "%s: 'cues' is no list", where);
    return write_cues(&text, cues, err) < 0
               ? err->code
               : captions_check(out, plan->event, "the captions", text.s, text.len, err);
}

/* --- all ---------------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    int (*decide)(struct decided *out, const struct plan *plan, const struct wish *at,
                  struct err *err);
} kinds[] = {
    {"cut", wish_cut},           {"accept", wish_accept},     {"reject", wish_reject},
    {"match", wish_match},       {"sound", wish_sound},       {"poster", wish_poster},
    {"chapters", wish_chapters}, {"language", wish_language}, {"captions", wish_captions},
};

int wish_read(struct wish *out, const struct plan *plan, int talk, int part, const json_t *body,
              struct err *err)
{
    *out = (struct wish){.talk = talk, .part = part, .body = body};
    return strcmp(json_get_string(body, "kind", ""), "captions") == 0 && !is_set(body, "clear")
               ? read_captions(&out->captions, plan, body, err)
               : 0;
}

void wish_finish(struct wish *wish)
{
    free(mem_take(&wish->captions));
}

int wish_decide(struct decided *out, const struct wish *wish, const struct plan *plan,
                struct err *err)
{
    const char *kind;
    if (json_need_string(&kind, wish->body, "kind", where, err) < 0)
        return err->code;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, kind) == 0)
            return kinds[i].decide(out, plan, wish, err);
    return err_set(err, ERR_USAGE, "%s: there is no kind '%.20s'", where, kind);
}
