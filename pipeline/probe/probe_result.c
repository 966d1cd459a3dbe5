/* What is read out of a probe's result. */
#include "json.h"
#include "probe.h"
#include "reader.h"

static AVRational read_ratio(const json_t *obj, const char *key)
{
    const json_t *pair = json_object_get(obj, key);
    return (AVRational){(int)json_integer_value(json_array_get(pair, 0)),
                        (int)json_integer_value(json_array_get(pair, 1))};
}

struct sound_clock probe_sound_clock(const json_t *probe, int stream)
{
    const json_t *st = json_array_get(json_object_get(probe, "streams"), (size_t)stream);
    return (struct sound_clock){.counted = json_get_bool(st, "counted", false),
                                .drift_ppm = (int)json_get_int(st, "drift_ppm", 0)};
}

int probe_grid(struct frame_grid *out, const json_t *probe, struct err *err)
{
    const json_t *grid = json_object_get(probe, "grid");
    *out = (struct frame_grid){.fps = read_ratio(grid, "fps"),
                               .time_base = read_ratio(grid, "time_base"),
                               .origin = json_get_int(grid, "origin", 0),
                               .nb_frames = json_get_int(grid, "frames", 0)};
    if (!frame_grid_valid(out))
        return err_set(err, ERR_INVALID, "a probe result has no valid frame grid");
    return 0;
}

int64_t probe_player_start_ms(const json_t *probe, const struct frame_grid *grid)
{
    enum { LEAD_IN_MS = 100 }; /* sound that begins by less earlier is the encoder's: inaudible */
    const int64_t origin_ms = frame_grid_origin_ms(grid);
    int64_t start_ms = origin_ms;
    size_t i;
    json_t *stream;
    json_array_foreach(json_object_get(probe, "streams"), i, stream) {
        const int64_t ms = json_get_int(stream, "start_ms", start_ms);
        start_ms = ms < start_ms ? ms : start_ms;
    }
    return start_ms < origin_ms - LEAD_IN_MS ? start_ms - origin_ms : 0;
}
