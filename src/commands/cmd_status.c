#include <stdio.h>
#include <string.h>

#include "captions_source.h"
#include "clock.h"
#include "commands.h"
#include "event.h"
#include "fs.h"
#include "hook_table.h"
#include "hooks.h"
#include "jobs.h"
#include "json.h"
#include "machines.h"
#include "mem.h"
#include "metrics.h"
#include "needs.h"
#include "part.h"
#include "part_chapters.h"
#include "part_encoders.h"
#include "plan.h"
#include "programme_source.h"
#include "publish.h"
#include "refresh.h"
#include "rendition_lines.h"
#include "results.h"
#include "sandbox.h"
#include "selector.h"
#include "sha256.h"
#include "sound_text.h"
#include "str.h"
#include "survey.h"
#include "table.h"
#include "unused.h"
#include "verify_table.h"
#include "watch_status.h"

/* --- a part's state in words ------------------------------------------------------------------ */

static bool is_made_again(const struct part_plan *pp)
{
    size_t nb = 0;
    for (size_t i = 0; i < pp->nb_outputs; i++)
        nb += pp->outputs[i].nb_made_again;
    return nb;
}

static char *state(const struct part_plan *pp, const json_t *failures)
{
    const char *failed = part_failure_listed(failures, pp);
    switch (pp->state) {
    case PART_GONE:
        return mem_strdup("no longer in the programme");
    case PART_COMPLETE:
        return mem_printf("complete%s", pp->accepted ? ", accepted by a person" : "");
    case PART_SETTLED:
        return mem_printf("no recording, accepted: %s", pp->acceptance.because);
    case PART_HELD:
        return mem_strdup("made, waits for a person: see 'talkpress verify'");
    case PART_WAITING:
    case PART_TO_DO:
        break;
    }
    if (failed)
        return mem_printf("FAILED: %s", failed);
    if (pp->state == PART_WAITING)
        return mem_printf("waits: %s", pp->waiting);
    AUTO_STR s = {0};
    str_add(&s, is_made_again(pp) ? "to do, made again" : "to do");
    if (pp->nb_cells)
        str_addf(&s, ": %zu of %zu cell%s there", pp->nb_cells_done, pp->nb_cells,
                 pp->nb_cells == 1 ? " is" : "s are");
    return str_take(&s);
}

static json_t *made_again_json(const struct output *o)
{
    json_t *list = json_array();
    for (size_t i = 0; i < o->nb_made_again; i++)
        json_array_append_new(list, json_string(o->made_again[i]));
    return list;
}

static json_t *outputs_json(const struct part_plan *pp, const char *base)
{
    json_t *list = json_array();
    for (size_t i = 0; i < pp->nb_outputs; i++) {
        const struct output *o = &pp->outputs[i];
        AUTO_FREE char *name = mem_printf("%s%s", base, o->suffix);
        json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:O?, s:o}", "file", name, "made",
                                              o->result != NULL, "key", o->key, "result", o->result,
                                              "made_again", made_again_json(o)));
    }
    return list;
}

/* The recording's files in order, each with the sum that 'sha256sum' prints. Probes of earlier
 * versions have none. */
static json_t *files_json(const struct source *s)
{
    json_t *list = json_array();
    const json_t *sums = json_object_get(s ? s->probe : NULL, "sums");
    const char *only = json_get_string(s ? s->probe : NULL, "hash", "");
    for (size_t i = 0; s && i < s->recording->nb_files; i++) {
        json_t *file = json_pack("{s:o}", "file", json_text(s->recording->files[i].path));
        const char *sum =
            s->recording->nb_files == 1 ? only : json_string_value(json_array_get(sums, i));
        if (sum && strlen(sum) == SHA256_BYTES - 1)
            json_object_set_new(file, "sha256", json_string(sum));
        json_array_append_new(list, file);
    }
    return list;
}

static json_t *part_json(const struct part_plan *pp, const json_t *failures)
{
    AUTO_FREE char *text = state(pp, failures), *base = talk_file_name(pp->talk, pp->part->number);
    return json_pack("{s:i, s:i, s:o, s:b, s:s, s:s, s:o, s:o, s:o, s:I, s:I, s:f, s:o, s:o, s:o, "
                     "s:o}",
                     "talk", pp->talk->number, "part", pp->part->number, "title",
                     json_text(pp->talk->title), "complete", pp->state == PART_COMPLETE, "state",
                     text, "verdict", verdict_name(pp->verdict), "cause", json_text(pp->cause),
                     "recording", json_text(pp->source ? pp->source->recording->path : NULL),
                     "recording_files", files_json(pp->source), "cells", (json_int_t)pp->nb_cells,
                     "cells_made", (json_int_t)pp->nb_cells_done, "core_seconds_left",
                     pp->cost_left, "outputs", outputs_json(pp, base), "captions",
                     captions_json(pp->captions, pp->nb_captions), "captions_not_taken",
                     captions_json(pp->source ? pp->source->set_aside : NULL,
                                   pp->source ? pp->source->nb_set_aside : 0),
                     "chapters", part_chapters_json(pp, pp->card_left_out_ms));
}

/* --- one talk --------------------------------------------------------------------------------- */

static void print_output(const struct output *o, const char *base)
{
    AUTO_STR s = {0};
    str_addf(&s, "    %s%s", base, o->suffix);
    if (!o->result) {
        str_add(&s, o->nb_made_again ? ": made again" : ": not made yet");
        for (size_t i = 0; i < o->nb_made_again; i++)
            str_addf(&s, "%s%s", i ? "; " : ": ", o->made_again[i]);
        table_text("      ", "%s", s.s);
        return;
    }
    const double bytes = (double)json_get_int(o->result, "bytes", 0);
    char length[CLOCK_BYTES];
    if (bytes < 1e6)
        str_addf(&s, ": %.*f kB", bytes < 1e4 ? 1 : 0, bytes / 1e3);
    else
        str_addf(&s, ": %.1f MB", bytes / 1e6);
    if (json_object_get(o->result, "duration_ms"))
        str_addf(&s, ", %s",
                 clock_format_ms(length, json_get_int(o->result, "duration_ms", 0), false));
    if (json_is_number(json_object_get(o->result, "loudness_lufs")))
        str_addf(&s, ", %.1f LUFS, peak %.1f dBTP", json_get_number(o->result, "loudness_lufs", 0),
                 json_get_number(o->result, "peak_dbtp", 0));
    else if (json_object_get(o->result, "loudness_lufs"))
        str_add(&s, ", silent");
    table_text("      ", "%s", s.s);
}

/* As the stream is marked, or as the analysis found. */
static bool interlaced(const struct part_plan *pp)
{
    const char *fields = json_get_string(pp->source->analysis, "fields", "");
    return json_get_bool(json_object_get(pp->source->probe, "video"), "interlaced", false) ||
           strcmp(fields, "top") == 0 || strcmp(fields, "bottom") == 0;
}

static int print_recording(const struct part_plan *pp, const struct event *event, struct err *err)
{
    AUTO_JSON *probe = NULL;
    if (plan_find_result(&probe, event, STAGE_PROBE, pp->source->probe_key, err) < 0)
        return err->code;
    const json_t *video = json_object_get(probe, "video");
    const json_t *taken =
        json_array_get(json_object_get(probe, "streams"), (size_t)pp->source->audio_stream);
    const struct recording *r = pp->source->recording;
    printf("  recording: %s\n", r->path);
    for (size_t i = 1; i < r->nb_files; i++)
        printf("             %s\n", r->files[i].path);
    if (json_is_object(video))
        printf("    picture: %dx%d, %.3f fps%s%s, rotation %d\n",
               (int)json_get_int(video, "width", 0), (int)json_get_int(video, "height", 0),
               av_q2d(pp->grid.fps), json_get_bool(video, "variable", false) ? " (variable)" : "",
               interlaced(pp) ? ", interlaced" : "", (int)json_get_int(video, "rotation", 0));
    AUTO_STR sound = {0};
    const int nb_channels = (int)json_get_int(taken, "channels", 0);
    if (taken)
        str_addf(&sound,
                 "sound: stream %d, %d channel%s, %d Hz, starts %+.3f s against the picture",
                 pp->source->audio_stream, nb_channels, cli_s((size_t)nb_channels),
                 (int)json_get_int(taken, "rate", 0),
                 (double)(json_get_int(taken, "start_ms", 0) - frame_grid_origin_ms(&pp->grid) -
                          frame_grid_ms_of(&pp->grid, pp->picture_begin)) /
                     1000);
    if (json_is_number(json_object_get(pp->source->analysis, "loudness_lufs")))
        str_addf(&sound, ", %.1f LUFS", json_get_number(pp->source->analysis, "loudness_lufs", 0));
    if (json_get_int(pp->source->analysis, "moved_ms", 0))
        str_addf(&sound, ", moved by %lld ms in all to stay with the picture",
                 (long long)json_get_int(pp->source->analysis, "moved_ms", 0));
    if (taken)
        table_text("      ", "    %s", sound.s);
    AUTO_FREE char *remarks = sound_remarks(pp->source, event->settings.target_lufs);
    if (remarks)
        table_text("      ", "      %s", remarks);
    for (size_t i = 0; i < pp->nb_captions; i++) {
        AUTO_FREE char *from = captions_describe(&pp->captions[i]);
        table_text("      ", "    captions: %s", from);
    }
    for (size_t i = 0; i < pp->source->nb_set_aside; i++) {
        AUTO_FREE char *why = captions_describe_set_aside(pp->source, &pp->source->set_aside[i]);
        table_text("      ", "    captions: %s", why);
    }
    return 0;
}

static void print_chapters(const struct part_plan *pp)
{
    AUTO_FREE char *from = part_chapters_from(pp);
    if (from)
        table_text("      ", "  chapters: %zu, %s", pp->nb_chapters, from);
    if (pp->source && pp->source->chapters.refused)
        table_text("      ", "  chapters: not taken: %s", pp->source->chapters.refused);
    if (pp->nb_chapters_waiting)
        table_text("      ", "  chapters: %zu wait for another recording: see 'talkpress chapter'",
                   pp->nb_chapters_waiting);
}

static void print_cut(const struct part_plan *pp)
{
    char in[CLOCK_BYTES], out[CLOCK_BYTES];
    printf("  cut: %s to %s%s\n", clock_format_ms(in, frame_grid_ms_of(&pp->grid, pp->begin), true),
           clock_format_ms(out, frame_grid_ms_of(&pp->grid, pp->end), true),
           pp->cut_by_hand    ? " (set by hand)"
           : pp->cut_proposed ? " (proposed)"
                              : "");
    for (size_t i = 0; i < pp->nb_drops; i++)
        printf("    without %s to %s\n",
               clock_format_ms(in, frame_grid_ms_of(&pp->grid, pp->drops[i].begin), true),
               clock_format_ms(out, frame_grid_ms_of(&pp->grid, pp->drops[i].end), true));
    if (pp->sound_offset_ms)
        printf("  sound: %d ms %s than recorded (set by hand)\n", abs(pp->sound_offset_ms),
               pp->sound_offset_ms > 0 ? "later" : "earlier");
}

static int print_part(const struct part_plan *pp, const json_t *failures, const struct plan *plan,
                      struct err *err)
{
    char name[32], in[CLOCK_BYTES];
    AUTO_FREE char *text = state(pp, failures), *base = talk_file_name(pp->talk, pp->part->number);
    putchar('\n');
    table_text("  ", "%s: %s", plan_part_name(name, pp->talk, pp->part->number), text);
    table_text("    ", "  verdict: %s%s%s", verdict_name(pp->verdict), *pp->cause ? ", " : "",
               pp->cause);
    if (pp->accepted)
        table_text("    ", "  accepted %s: %s", pp->acceptance.at, pp->acceptance.because);
    if (pp->source && print_recording(pp, plan->event, err) < 0)
        return err->code;
    AUTO_FREE char *advice = unused_advice(plan, pp);
    if (advice)
        table_text("  ", "  %s", advice);
    AUTO_FREE char *left_out = part_captions_left_out(pp);
    if (left_out)
        table_text("      ", "    captions: %s", left_out);
    print_chapters(pp);
    if (pp->match)
        table_text("    ", "  match: score %.2f, margin %.2f: %s", pp->match->score,
                   pp->match->margin, pp->match->reason ? pp->match->reason : "");
    if (pp->cut_known)
        print_cut(pp);
    if (pp->poster_frame >= 0)
        printf(
            "  poster: the picture at %s of the talk (set by hand)\n",
            clock_format_ms(in, part_ms(pp, frame_grid_ms_of(&pp->grid, pp->poster_frame)), true));
    if (pp->nb_outputs)
        puts("  outputs:");
    for (size_t i = 0; i < pp->nb_outputs; i++)
        print_output(&pp->outputs[i], base);
    return 0;
}

static void print_talk_head(const struct talk *t)
{
    AUTO_FREE char *speakers = talk_speakers(t);
    table_text("    ", "%d. %s", t->number, t->title);
    table_text("    ", "%s%s%s", speakers, *speakers && t->section ? ", " : "",
               t->section ? t->section : "");
}

/* --- which parts are shown -------------------------------------------------------------------- */

struct filter {
    bool failed, waiting;
    const char *room, *text;
};

static struct filter read_filter(const struct command *c)
{
    return (struct filter){.failed = command_has(c, "failed"),
                           .waiting = command_has(c, "waiting"),
                           .room = command_value(c, "room"),
                           .text = command_value(c, "text")};
}

static bool filters(const struct filter *f)
{
    return f->failed || f->waiting || f->room || f->text;
}

int check_status(struct command *c, struct err *err)
{
    (void)err;
    const struct filter f = read_filter(c);
    const bool prometheus = command_has(c, "prometheus");
    if (c->nb_operands && filters(&f))
        return command_usage(c, "a TALK is shown whole: --failed, --waiting, --room and --text "
                                "choose among all");
    if (prometheus && (c->nb_operands || filters(&f) || command_has(c, "json")))
        return command_usage(c, "'--prometheus' counts all parts, in a format of its own: only "
                                "'--output' goes with it");
    if (command_has(c, "output") && !prometheus)
        return command_usage(c, "'--output' is for '--prometheus'");
    return 0;
}

/* Whether the text has the words, whatever their case, accents and punctuation. */
static bool has_words(const char *text, const char *words)
{
    enum { ALL = 10000 };
    AUTO_FREE char *in = str_slug(text ? text : "", ALL), *wanted = str_slug(words, ALL);
    return *wanted && strstr(in, wanted) != NULL;
}

static bool has_text(const struct part_plan *pp, const char *text)
{
    AUTO_FREE char *speakers = talk_speakers(pp->talk);
    return has_words(pp->talk->title, text) || has_words(speakers, text) ||
           has_words(pp->talk->section, text) || (pp->source && has_words(pp->source->name, text));
}

static bool passes(const struct filter *f, const struct part_plan *pp, const json_t *failures)
{
    const char *failed = part_failure_listed(failures, pp);
    if ((f->failed || f->waiting) && !(f->failed && failed) &&
        !(f->waiting && part_waits(pp, failed)))
        return false;
    if (f->room && !(pp->talk->room && has_words(pp->talk->room, f->room)))
        return false;
    return !f->text || has_text(pp, f->text);
}

/* --- the command ------------------------------------------------------------------------------ */

static void add_row(struct table *t, const struct part_plan *pp, const json_t *failures)
{
    char name[32];
    AUTO_FREE char *text = state(pp, failures);
    const bool why = pp->state == PART_WAITING && *pp->cause &&
                     (pp->obstacle == OBSTACLE_UNSURE || pp->obstacle == OBSTACLE_REFUSED);
    AUTO_FREE char *line =
        mem_printf("%s: %s%s%s", pp->talk->title, text, why ? ": " : "", why ? pp->cause : "");
    table_add(t, (const char *const[]){plan_part_name(name, pp->talk, pp->part->number),
                                       verdict_name(pp->verdict), line});
    table_colour(t, 1, verdict_colour(pp->verdict, pp->accepted));
}

/* Which sandbox the workers have on this machine; a new string. */
static int sandbox_state(char **out, const struct event *event, struct err *err)
{
    struct sandbox_report report;
    const enum sandbox_mode mode = event->settings.sandbox;
    if (mode == SANDBOX_OFF) {
        *out = mem_strdup("off, as the settings say");
        return 0;
    }
    if (sandbox_try(&report, err) < 0)
        return err->code;
    AUTO_FREE char *parts = sandbox_describe(&report);
    const bool refused = mode == SANDBOX_REQUIRE && !sandbox_is_whole(&report);
    *out = mem_printf("%s%s", parts,
                      refused ? ": the settings require more, so no worker will run" : "");
    return 0;
}

/* What was found where the programme came from, when it was last read again; null: not known. */
static json_t *programme_json(const struct event *event)
{
    struct err ignored = {0};
    AUTO_PROGRAMME_SOURCE source = {0};
    if (programme_source_load(&source, event->store, &ignored) < 0 || !source.place)
        return json_null();
    return json_pack("{s:o, s:s, s:o}", "source", json_text(source.place), "state",
                     source.state == REFRESH_WAITS     ? "waits"
                     : source.state == REFRESH_REFUSED ? "refused"
                                                       : "ok",
                     "text", json_text(source.text));
}

static void print_json(const struct survey *s, const struct plan *plan, const struct filter *f,
                       const char *sandbox)
{
    AUTO_JSON *parts = json_array();
    for (size_t i = 0; i < s->nb_parts; i++)
        if (passes(f, &s->parts[i], s->failures))
            json_array_append_new(parts, part_json(&s->parts[i], s->failures));
    AUTO_JSON *all =
        json_pack("{s:O, s:O, s:s, s:o, s:o, s:o, s:o}", "parts", parts, "failures", s->failures,
                  "sandbox", sandbox, "renditions", rendition_lines_json(plan->event), "hooks",
                  hooks_states(plan->event), "programme", programme_json(plan->event), "watch",
                  watch_status_json(plan->event->work));
    machines_add_json(all, plan->event->work);
    cli_print_json(all);
}

static int print_talk(const struct survey *s, const struct plan *plan, struct err *err)
{
    print_talk_head(s->parts[0].talk);
    for (size_t i = 0; i < s->nb_parts; i++)
        if (print_part(&s->parts[i], s->failures, plan, err) < 0)
            return err->code;
    return 0;
}

/* Recordings that cannot be read belong to no part that could show them. */
static void print_unreadable(const struct plan *plan)
{
    AUTO_FREE bool *unused = unused_find(plan);
    bool first = true;
    for (size_t i = 0; i < plan->nb_recordings; i++) {
        const char *error = json_get_string(plan->sources[i].probe, "error", NULL);
        if (!error || !unused[i])
            continue;
        if (first)
            puts("\nrecordings that cannot be read:");
        first = false;
        table_text("    ", "  %s: %s", plan->sources[i].name,
                   cli_after_path(error, plan->recordings[i].path));
    }
}

static void print_programme(const struct event *event)
{
    struct err ignored = {0};
    AUTO_PROGRAMME_SOURCE source = {0};
    if (programme_source_load(&source, event->store, &ignored) == 0 && source.text)
        table_text("  ", "programme: %s", source.text);
}

/* Each reason once, with the number of parts. */
static void print_made_again(const struct survey *s)
{
    AUTO_JSON *counts = json_object();
    const char *reason;
    json_t *count;
    for (size_t i = 0; i < s->nb_parts; i++) {
        AUTO_JSON *list = part_made_again(&s->parts[i]);
        for (size_t k = 0; k < json_array_size(list); k++) {
            reason = json_get_string(json_array_get(list, k), "reason", "");
            const int64_t nb = json_get_int(counts, reason, 0) + 1;
            json_object_set_new(counts, reason, json_integer(nb));
        }
    }
    json_object_foreach(counts, reason, count) {
        table_text("  ", "made again: %s: %d part%s", reason, (int)json_integer_value(count),
                   cli_s((size_t)json_integer_value(count)));
    }
}

static void print_all(const struct survey *s, const struct plan *plan, const struct filter *f,
                      const char *sandbox)
{
    struct unused_summary unused;
    static const char *const headings[] = {">talk", "verdict", "state", NULL};
    struct table *t = table_create(headings);
    size_t nb = 0, nb_complete = 0, nb_shown = 0;
    unused_begin(&unused, plan);
    for (size_t i = 0; i < s->nb_parts; i++) {
        nb += !s->parts[i].talk->gone;
        nb_complete += s->parts[i].state == PART_COMPLETE;
        if (!passes(f, &s->parts[i], s->failures))
            continue;
        nb_shown += !s->parts[i].talk->gone;
        add_row(t, &s->parts[i], s->failures);
        unused_note(&unused, &s->parts[i]);
    }
    if (!s->nb_parts)
        puts(CLI_NO_TALKS);
    table_print(t);
    if (filters(f)) {
        unused_finish(&unused);
        printf("%s%zu of %zu part%s shown\n", nb_shown ? "\n" : "", nb_shown, nb,
               nb == 1 ? " is" : "s are");
        return;
    }
    unused_print(&unused);
    print_unreadable(plan);
    printf("\n%zu of %zu part%s complete\n", nb_complete, nb, nb == 1 ? " is" : "s are");
    print_made_again(s);
    table_text("  ", "sandbox: %s", sandbox);
    rendition_lines_print(plan->event);
    watch_status_print(plan->event->work);
    machines_print(plan->event->work);
    hook_table_print(plan->event);
    print_programme(plan->event);
}

static int print_metrics(const struct survey *s, const struct plan *plan, const char *path,
                         struct err *err)
{
    const struct metrics_source source = {plan, s->parts, s->nb_parts, s->failures};
    AUTO_FREE char *text = metrics_text(&source);
    if (path)
        return fs_check_output(path, err) < 0 ? err->code
                                              : fs_write_atomic(path, text, strlen(text), err);
    fputs(text, stdout);
    return 0;
}

int cmd_status(struct command *c, struct err *err)
{
    const bool json = command_has(c, "json"), prometheus = command_has(c, "prometheus");
    const struct filter filter = read_filter(c);
    AUTO_FREE char *sandbox = NULL;
    int talk = 0, part = 0;
    if (((json || (!c->nb_operands && !prometheus)) &&
         sandbox_state(&sandbox, c->event, err) < 0) ||
        (c->nb_operands &&
         selector_part(&talk, &part, &c->plan->programme, c->operands[0], err) < 0))
        return err->code;
    struct survey s = {.failures = json_array(), .only = talk, .brief = !json && !talk};
    int ret = store_begin_reading(c->event->store, err);
    if (ret == 0)
        ret = survey_make(&s, c->plan, err);
    store_end_reading(c->event->store);
    if (ret == 0 && json)
        print_json(&s, c->plan, &filter, sandbox);
    else if (ret == 0 && prometheus)
        ret = print_metrics(&s, c->plan, command_value(c, "output"), err);
    else if (ret == 0 && talk)
        ret = print_talk(&s, c->plan, err);
    else if (ret == 0)
        print_all(&s, c->plan, &filter, sandbox);
    survey_finish(&s);
    return ret;
}
