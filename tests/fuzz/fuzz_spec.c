/*
 * A worker's job spec, carried out. Where it works, and on what, is the target's own; the rest is
 * as the bytes say, but for jobs that would only take long.
 */
#include <errno.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "fuzz.h"
#include "fuzz_event.h"
#include "json.h"
#include "media_maker.h"
#include "mem.h"
#include "probe.h"
#include "worker.h"

/* What fontconfig keeps for itself, and what libx264 loses when it refuses its options. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier): the leak sanitizer calls it so */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libx264\nleak:libx265";
}

enum { MAX_FRAMES = 60, MAX_SIDE = 400, MAX_SOUND_MS = 60000 };

static void make_recording(const char *path)
{
    media_make(&(struct media_spec){
        .path = path,
        .video = {.encoder = "libx264",
                  .options = "preset=ultrafast",
                  .fps = {10, 1},
                  .nb_frames = 20,
                  .gop = 10},
        .audio = {.encoder = "aac", .nb_samples = 2 * 48000},
    });
}

/* Progress of jobs is for a coordinator. */
static void silence(void)
{
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
        fuzz_broken("/dev/null", strerror(errno));
    close(null);
}

static const char *recording(void)
{
    static char path[4096];
    if (path[0])
        return path;
    AUTO_FREE char *made = fs_join(fuzz_folder(), "talk.mp4");
    make_recording(made);
    silence();
    memcpy(path, made, strlen(made) + 1);
    return path;
}

/* Whether a job is of so much sound that it takes seconds: of few frames, each of minutes, or of
 * silence, since the picture begins long before the sound. What is more than a recording may have
 * is refused, and runs. */
static bool much_sound(const json_t *spec, int64_t nb_frames)
{
    struct frame_grid grid;
    struct err err = {0};
    if (probe_grid(&grid, json_object_get(spec, "probe"), &err) < 0)
        return false;
    const int64_t before_ms = -frame_grid_origin_ms(&grid);
    return frame_grid_ms_of(&grid, nb_frames) > MAX_SOUND_MS ||
           (before_ms > MAX_SOUND_MS && before_ms <= FRAME_GRID_MAX_JUMP_MS);
}

static bool too_long(const json_t *spec)
{
    const json_t *outputs = json_object_get(spec, "outputs"), *output;
    const int64_t begin = json_get_int(spec, "begin", 0), end = json_get_int(spec, "end", 0);
    const int64_t nb_frames = begin >= 0 && end >= begin ? end - begin : 0;
    const int64_t nb_card = json_get_int(spec, "card_frames", 0);
    if (nb_frames > MAX_FRAMES || nb_card > MAX_FRAMES ||
        json_get_int(json_object_get(spec, "card"), "frames", 0) > MAX_FRAMES ||
        much_sound(spec, nb_frames) || much_sound(spec, nb_card))
        return true;
    for (size_t i = 0; (output = json_array_get(outputs, i)); i++)
        if (json_get_int(output, "width", 0) > MAX_SIDE ||
            json_get_int(output, "height", 0) > MAX_SIDE)
            return true;
    return json_array_size(outputs) > 3;
}

static void set_places(json_t *spec)
{
    struct stat st;
    const char *path = recording();
    if (stat(path, &st) < 0)
        fuzz_broken(path, strerror(errno));
    json_t *file = json_object_get(spec, "recording"), *files = json_object_get(spec, "files");
    json_object_set_new(spec, "work", json_string(fuzz_folder()));
    json_object_set_new(spec, "sandbox", json_string("off")); /* all in this process, to be seen */
    if (json_is_object(file)) {
        json_object_set_new(file, "path", json_string(path));
        json_object_set_new(file, "size", json_integer(st.st_size));
        json_object_set_new(
            file, "mtime_ns",
            json_integer((json_int_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec));
        json_object_del(file, "more");
    }
    if (json_is_object(files)) {
        json_object_clear(files);
        json_object_set_new(files, "template", json_string(SOURCE_DIR "/pipeline/cards/title.ass"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FREE char *text = fuzz_text(data, size);
    AUTO_FREE char *path = fs_join(fuzz_folder(), "spec.json");
    AUTO_JSON *spec = json_loads(text, 0, NULL);
    av_log_set_level(AV_LOG_QUIET);
    if (!spec) {
        fuzz_put(data, size, "%s", path);
    } else if (too_long(spec)) {
        return 0;
    } else {
        set_places(spec);
        AUTO_FREE char *json = json_compact(spec);
        fuzz_put(json, strlen(json), "%s", path);
    }
    (void)worker_main(path);
    return 0;
}
