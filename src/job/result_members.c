/*
 * The members of results. Those that every version since 0.1 wrote, and that the plan needs, are
 * required; the others may be missing, because results of earlier versions stay valid.
 */
#include "result_members.h"

#include "frame_grid.h"
#include "reader.h"
#include "storyboard.h"

/* Limits of numbers. Times are in milliseconds; recorders that stamp with the time of day begin
 * near 2^41. */
#define MAX_MS      ((int64_t)1 << 50)
#define MAX_COUNT   ((int64_t)1 << 50)
#define MAX_BYTES   ((int64_t)1 << 50)
#define MAX_FRAMES  ((int64_t)FRAME_GRID_MAX_HOURS * 3600 * 1000)
#define MAX_SAMPLES ((int64_t)(FRAME_GRID_MAX_HOURS + 1) * 3600 * SOUND_RATE)
#define MAX_CELLS   ((int64_t)FRAME_GRID_MAX_HOURS * 3600 / 20)
enum { MAX_STREAMS = 1000, MAX_SIDE = 1 << 16, LISTED = 1000, MAX_FILES = 100000 };
enum { TEXT_BYTES = 1000, MESSAGE_BYTES = 2000, MAKER_BYTES = 200, MAX_MAKERS = 8 };

#define INTEGER(n, lo, hi) .name = (n), .kind = MEMBER_INTEGER, .least = (lo), .most = (hi)
#define MS(n)              INTEGER(n, -MAX_MS, MAX_MS)
#define COUNT(n)           INTEGER(n, 0, MAX_COUNT)
#define STREAM(n)          INTEGER(n, -1, MAX_STREAMS - 1)
#define NUMBER(n)          .name = (n), .kind = MEMBER_NUMBER
#define BOOLEAN(n)         .name = (n), .kind = MEMBER_BOOL
#define HASH(n)            .name = (n), .kind = MEMBER_HASH
#define SHA256(n)          .name = (n), .kind = MEMBER_SHA256
#define WORD(n)            .name = (n), .kind = MEMBER_WORD
#define CHOICE(n, w)       .name = (n), .kind = MEMBER_CHOICE, .words = (w)
#define TEXT(n, hi)        .name = (n), .kind = MEMBER_TEXT, .most = (hi)
#define LIST(n, lo, hi, element) \
    .name = (n), .kind = MEMBER_LIST, .least = (lo), .most = (hi), .members = &(element)
#define OBJECT(n, m) .name = (n), .kind = MEMBER_OBJECT, .members = (m)
#define NEEDED       .required = true
#define OR_NULL      .nullable = true

/* --- what several have ------------------------------------------------------------------------ */

static const struct member any_ratio = {INTEGER(NULL, 0, INT32_MAX)},
                           positive = {INTEGER(NULL, 1, INT32_MAX)}, time = {MS(NULL)},
                           stamp = {INTEGER(NULL, -RESULT_MAX_PTS, RESULT_MAX_PTS)};
static const struct member times = {LIST(NULL, 2, 2, time)}, stamps = {LIST(NULL, 2, 2, stamp)};

/* "libsvtav1 1.4.1 x86_64". Results of earlier versions do not have it. */
static const struct member maker = {TEXT(NULL, MAKER_BYTES)};

static const struct member damage[] = {{COUNT("nb"), NEEDED},
                                       {MS("first_ms"), NEEDED},
                                       {MS("last_ms")},
                                       {TEXT("what", TEXT_BYTES)},
                                       {0}};
static const struct member places[] = {{COUNT("nb"), NEEDED}, {MS("first_ms"), NEEDED}, {0}};

/* --- probe ------------------------------------------------------------------------------------ */

static const struct member stream[] = {
    {INTEGER("index", 0, MAX_STREAMS), NEEDED},
    {WORD("type"), NEEDED},
    {WORD("codec"), NEEDED},
    {COUNT("packets")},
    {INTEGER("bytes", 0, MAX_BYTES)},
    {INTEGER("width", INT32_MIN, INT32_MAX)},
    {INTEGER("height", INT32_MIN, INT32_MAX)},
    {WORD("pixel_format"), OR_NULL},
    {INTEGER("channels", 0, INT32_MAX)},
    {INTEGER("rate", INT32_MIN, INT32_MAX)},
    {BOOLEAN("counted")},
    {INTEGER("drift_ppm", -1000000, 1000000)},
    {TEXT("language", TEXT_BYTES)},
    {TEXT("apart", TEXT_BYTES)},
    {TEXT("no_language", TEXT_BYTES)},
    {MS("start_ms")},
    {MS("end_ms")},
    {0},
};
static const struct member streams = {OBJECT(NULL, stream)};

static const struct member first[] = {
    {INTEGER("width", 0, MAX_SIDE)},
    {INTEGER("height", 0, MAX_SIDE)},
    {LIST("sar", 2, 2, any_ratio)},
    {0},
};
static const struct member video[] = {
    {INTEGER("stream", 0, MAX_STREAMS), NEEDED},
    {INTEGER("width", 0, MAX_SIDE), NEEDED},
    {INTEGER("height", 0, MAX_SIDE), NEEDED},
    {LIST("sar", 2, 2, positive), NEEDED},
    {INTEGER("rotation", 0, 359)},
    {BOOLEAN("flip")},
    {BOOLEAN("interlaced")},
    {BOOLEAN("variable")},
    {OBJECT("first", first)},
    {INTEGER("begin", 0, MAX_FRAMES)},
    {INTEGER("end", 0, MAX_FRAMES)},
    {0},
};
static const struct member audio[] = {
    {INTEGER("stream", 0, MAX_STREAMS), NEEDED},
    {INTEGER("channels", 0, INT32_MAX)},
    {INTEGER("rate", 0, INT32_MAX)},
    {MS("start_ms")},
    {MS("end_ms")},
    {0},
};
static const struct member grid[] = {
    {LIST("fps", 2, 2, positive), NEEDED},
    {LIST("time_base", 2, 2, positive), NEEDED},
    {INTEGER("origin", -RESULT_MAX_PTS, RESULT_MAX_PTS), NEEDED},
    {INTEGER("frames", 1, MAX_FRAMES), NEEDED},
    {0},
};
static const struct member gap[] = {
    {STREAM("stream")}, {MS("at_ms"), NEEDED}, {MS("length_ms"), NEEDED}, {0}};
static const struct member gaps = {OBJECT(NULL, gap)};
static const struct member sum = {SHA256(NULL)};
static const struct member join[] = {
    {CHOICE("by", "bytes packets")}, {.name = "files", .kind = MEMBER_SPANS}, {0}};

static const struct member probe[] = {
    {WORD("container")},
    {INTEGER("size", 0, MAX_BYTES)},
    {HASH("hash")}, /* is needed, but added by the worker's outer process */
    {LIST("sums", 0, MAX_FILES, sum)},
    {LIST("streams", 0, MAX_STREAMS, streams), NEEDED},
    {OBJECT("video", video), NEEDED, OR_NULL},
    {OBJECT("audio", audio), NEEDED, OR_NULL},
    {OBJECT("grid", grid), NEEDED},
    {INTEGER("duration_ms", 0, MAX_MS), NEEDED},
    {LIST("cells", 0, MAX_CELLS, stamps)},
    {LIST("gaps", 0, LISTED, gaps)},
    {COUNT("nb_gaps")},
    {LIST("corrupt", 0, LISTED, time)},
    {COUNT("nb_corrupt")},
    {TEXT("truncated", MESSAGE_BYTES), OR_NULL},
    {TEXT("creation_time", TEXT_BYTES), OR_NULL},
    {TEXT("sound_error", MESSAGE_BYTES), OR_NULL},
    {OBJECT("join", join)},
    {0},
};

/* "hash" is empty if the file could not be opened. */
static const struct member refused[] = {
    {TEXT("error", MESSAGE_BYTES), NEEDED},
    {WORD("hash")},
    {INTEGER("size", -1, MAX_BYTES)},
    {0},
};

static const struct member summary[] = {
    {TEXT("error", MESSAGE_BYTES)},
    {INTEGER("duration_ms", 0, MAX_MS)},
    {TEXT("creation_time", TEXT_BYTES)},
    {INTEGER("width", 0, MAX_SIDE)},
    {INTEGER("height", 0, MAX_SIDE)},
    {INTEGER("channels", 0, INT32_MAX)},
    {WORD("hash"), NEEDED},
    {0},
};

/* --- analyse ---------------------------------------------------------------------------------- */

static const struct member channel[] = {{WORD("is"), NEEDED}, {INTEGER("hz", 0, INT32_MAX)}, {0}};
static const struct member channels = {OBJECT(NULL, channel)};
static const struct member measured[] = {
    {STREAM("stream"), NEEDED}, {NUMBER("loudness_lufs"), OR_NULL}, {NUMBER("speech")}, {0}};
static const struct member all_measured = {OBJECT(NULL, measured)};
static const struct member hum[] = {{INTEGER("hz", 0, INT32_MAX)}, {NUMBER("dbfs"), OR_NULL}, {0}};

static const struct member analysis[] = {
    {CHOICE("fields", "flagged progressive top bottom"), NEEDED},
    {STREAM("stream")},
    {WORD("use")},
    {NUMBER("down_db"), OR_NULL},
    {NUMBER("speech")},
    {LIST("channels", 0, MAX_STREAMS, channels)},
    {.name = "speech_of", .kind = MEMBER_NUMBERS},
    {NUMBER("correlation"), OR_NULL},
    {COUNT("opposite_s")},
    {LIST("streams", 0, MAX_STREAMS, all_measured)},
    {OBJECT("clipped", places), OR_NULL},
    {OBJECT("outliers", places), OR_NULL},
    {MS("speech_begin_ms")},
    {MS("speech_end_ms")},
    {OBJECT("hum", hum), OR_NULL},
    {LIST("dropouts", 0, LISTED, times)},
    {COUNT("nb_dropouts")},
    {NUMBER("loudness_lufs"), OR_NULL},
    {NUMBER("peak_dbtp"), OR_NULL},
    {COUNT("blocks")},
    {MS("silence_head_ms")},
    {MS("silence_tail_ms")},
    {BOOLEAN("sound_at_end")},
    {MS("black_head_ms")},
    {MS("black_tail_ms")},
    {MS("frozen_tail_ms")},
    {LIST("black", 0, MAX_FRAMES, times)},
    {LIST("scenes", 0, MAX_FRAMES, time)},
    {OBJECT("picture_damage", damage), OR_NULL},
    {OBJECT("sound_damage", damage), OR_NULL},
    {MS("moved_ms")},
    {0},
};

/* --- pieces and files ------------------------------------------------------------------------- */

static const struct member segment[] = {
    {INTEGER("frames", 1, MAX_FRAMES), NEEDED},
    {INTEGER("bytes", 0, MAX_BYTES)},
    {HASH("hash"), NEEDED},
    {HASH("header")},
    {OBJECT("damage", damage)},
    {TEXT("made_by", MAKER_BYTES)},
    {0},
};

static const struct member sound[] = {
    {INTEGER("samples", 0, MAX_SAMPLES), NEEDED},
    {INTEGER("lead_in", 0, SOUND_RATE), NEEDED},
    {INTEGER("packet_samples", 1, SOUND_RATE), NEEDED},
    {NUMBER("source_lufs"), OR_NULL},
    {NUMBER("gain_db"), OR_NULL},
    {NUMBER("loudness_lufs"), OR_NULL},
    {NUMBER("peak_dbtp"), OR_NULL},
    {BOOLEAN("limited")},
    {HASH("hash"), NEEDED},
    {INTEGER("bytes", 0, MAX_BYTES)},
    {INTEGER("moved_samples", -MAX_SAMPLES, MAX_SAMPLES)},
    {OBJECT("damage", damage)},
    {TEXT("remark", TEXT_BYTES)},
    {TEXT("made_by", MAKER_BYTES)},
    {0},
};

static const struct member poster[] = {
    {INTEGER("frame", 0, MAX_FRAMES)},
    {INTEGER("bytes", 0, MAX_BYTES), NEEDED},
    {SHA256("sha256"), NEEDED},
    {0},
};

static const struct member captions[] = {
    {COUNT("cues"), NEEDED},    {INTEGER("bytes", 0, MAX_BYTES), NEEDED},
    {SHA256("sha256"), NEEDED}, {COUNT("left_out")},
    {COUNT("left_out_line")},   {0},
};

static const struct member assembled[] = {
    {INTEGER("frames", 0, MAX_FRAMES)},
    {INTEGER("samples", 0, MAX_SAMPLES)},
    {INTEGER("duration_ms", 0, MAX_MS), NEEDED},
    {INTEGER("bytes", 0, MAX_BYTES), NEEDED},
    {SHA256("sha256"), NEEDED},
    {MS("video_start_us")},
    {MS("sound_start_us")},
    {COUNT("decoded_at_seams")},
    {WORD("codecs")},
    {NUMBER("loudness_lufs"), OR_NULL},
    {NUMBER("peak_dbtp"), OR_NULL},
    {NUMBER("gain_db"), OR_NULL},
    {OBJECT("damage", damage)},
    {TEXT("remark", TEXT_BYTES)},
    {LIST("made_by", 0, MAX_MAKERS, maker)},
    {0},
};

/* A change of the picture: a time, and how much of it changed, in thousandths. */
static const struct member change = {LIST(NULL, 2, 2, time)};
#define CHANGES LIST("changes", 0, STORYBOARD_MAX_CHANGES, change)

static const struct member storyboard[] = {
    {CHANGES}, /* is needed, but the store keeps it apart */
    {INTEGER("bytes", 0, MAX_BYTES), NEEDED},
    {SHA256("sha256"), NEEDED},
    {0},
};

/* Of a segment of sound: least and most of each pixel in turn. */
static const struct member peak = {INTEGER(NULL, INT8_MIN, INT8_MAX)};
enum { MAX_PEAKS = 2 * 200 * 60 };
#define PEAKS LIST("peaks", 0, MAX_PEAKS, peak)

static const struct member preview[] = {
    {INTEGER("init_bytes", 1, MAX_BYTES), NEEDED},
    {WORD("codecs"), NEEDED},
    {PEAKS},
    {OBJECT("damage", damage)},
    {TEXT("made_by", MAKER_BYTES)},
    {INTEGER("bytes", 0, MAX_BYTES), NEEDED},
    {SHA256("sha256"), NEEDED},
    {0},
};

/* --- reports of the worker's inner processes -------------------------------------------------- */

static const struct member poster_report[] = {{INTEGER("frame", 0, MAX_FRAMES), NEEDED}, {0}};
static const struct member storyboard_report[] = {{CHANGES, NEEDED}, {0}};
static const struct member preview_report[] = {{PEAKS}, {OBJECT("damage", damage)}, {0}};
static const struct member captions_report[] = {{COUNT("left_out")}, {COUNT("left_out_line")}, {0}};
/* The hashes of the payloads that it wrote: "" if there are none. */
static const struct member assembly_report[] = {
    {WORD("video_hash"), NEEDED}, {WORD("sound_hash"), NEEDED}, {0}};

static const struct member checked[] = {
    {INTEGER("duration_ms", 0, MAX_MS)},
    {MS("video_start_us")},
    {MS("sound_start_us")},
    {COUNT("decoded_at_seams")},
    {COUNT("cues")},
    {WORD("codecs")},
    {INTEGER("init_bytes", 1, MAX_BYTES)},
    {0},
};

/* --- all -------------------------------------------------------------------------------------- */

/* A probe of 12 hours has 1,800 cells of 24 s and, of its streams, gaps and corrupt packets, a few
 * hundred lines: 120 KB and 7,000 values. The longest recording, 720 hours, has sixty times as many
 * cells: 6 MB and 330,000 values. An analysis of 12 hours has at most 21,600 changes of scene, one
 * in 2 s: 350 KB; of 720 hours 22 MB and 1.3 million. The limits are above these. Other results
 * have fewer than 20 members, but for the changes that a storyboard reports. */
enum {
    LONG_BYTES = 32 << 20,
    SHORT_BYTES = 64 << 10,
    PROBE_VALUES = 1 << 20,
    ANALYSE_VALUES = 2 << 20,
    SHORT_VALUES = 1000,
    PREVIEW_BYTES = 1 << 20,
    PREVIEW_VALUES = MAX_PEAKS + 100,
    CHANGES_VALUES = 4 * STORYBOARD_MAX_CHANGES,
};

const struct result_rules result_of[NB_STAGES] = {
    [STAGE_PROBE] = {LONG_BYTES, PROBE_VALUES, probe},
    [STAGE_ANALYSE] = {LONG_BYTES, ANALYSE_VALUES, analysis},
    [STAGE_CARD] = {SHORT_BYTES, SHORT_VALUES, segment},
    [STAGE_CELL] = {SHORT_BYTES, SHORT_VALUES, segment},
    [STAGE_SOUND] = {SHORT_BYTES, SHORT_VALUES, sound},
    [STAGE_POSTER] = {SHORT_BYTES, SHORT_VALUES, poster},
    [STAGE_CAPTIONS] = {SHORT_BYTES, SHORT_VALUES, captions},
    [STAGE_ASSEMBLE] = {SHORT_BYTES, SHORT_VALUES, assembled},
    [STAGE_STORYBOARD] = {SHORT_BYTES, CHANGES_VALUES, storyboard},
    [STAGE_PREVIEW] = {PREVIEW_BYTES, PREVIEW_VALUES, preview},
    [STAGE_THUMBS] = {SHORT_BYTES, CHANGES_VALUES, storyboard},
};
const struct result_rules result_report_of[NB_STAGES] = {
    [STAGE_POSTER] = {SHORT_BYTES, SHORT_VALUES, poster_report},
    [STAGE_CAPTIONS] = {SHORT_BYTES, SHORT_VALUES, captions_report},
    [STAGE_ASSEMBLE] = {SHORT_BYTES, SHORT_VALUES, assembly_report},
    [STAGE_STORYBOARD] = {SHORT_BYTES, CHANGES_VALUES, storyboard_report},
    [STAGE_PREVIEW] = {PREVIEW_BYTES, PREVIEW_VALUES, preview_report},
    [STAGE_THUMBS] = {SHORT_BYTES, CHANGES_VALUES, storyboard_report},
};
const struct result_rules result_of_refused = {LONG_BYTES, PROBE_VALUES, refused};
const struct result_rules result_of_summary = {SHORT_BYTES, SHORT_VALUES, summary};
const struct result_rules result_of_check = {SHORT_BYTES, SHORT_VALUES, checked};
