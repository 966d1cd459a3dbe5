/*
 * What the two processes of `talkpress review` say to each other: the service (src/review), which
 * has the event, and the door (src/door, the program talkpress-review), which talks HTTP and has
 * nothing. A socket keeps packets apart; each packet is one JSON text. This room is the only writer
 * and the only reader of packets, for both sides, and each side validates what the other sends: the
 * service believes the door no more than a request that a user may make.
 *
 * What a reader returns owns its JSON; texts point into it. A sender keeps what it sends, also the
 * descriptor of an answer. Single-threaded.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "hash.h"

enum {
    LINK_PACKET_BYTES = 192 << 10,
    LINK_MAX_NUMBER = 1000000, /* of segments, sheets, …: more than 720 hours have */
    LINK_MAX_HOSTS = 16,
    LINK_LISTEN_FD = 3, /* talkpress-review is started with these two */
    LINK_FD = 4,
};

/* --- requests: door to service ---------------------------------------------------------------- */

enum link_wish {
    LINK_QUEUE,
    LINK_PART,
    LINK_RECORDING,
    LINK_WAVEFORM,
    LINK_THUMBS,  /* number: of the sheet */
    LINK_PREVIEW, /* track, number: of the segment; stream and use with the sound */
    LINK_PEAKS,   /* number: of the segment of sound */
    LINK_CAPTIONS,
    LINK_JOURNAL, /* talk: 0: of all */
    LINK_DECIDE,
    LINK_EXCHANGE,
    LINK_UNDO,
    LINK_NB_WISHES
};

enum link_track { LINK_MASTER, LINK_PICTURE, LINK_SOUND, LINK_NB_TRACKS };

/* Of a preview, in place of the number of a segment. */
enum { LINK_PLAYLIST = -2, LINK_INIT = -1 };

/* Members that a wish does not take are zero. */
struct link_request {
    int64_t id;  /* the door's number, from 1; the answer has the same */
    bool cancel; /* nobody waits any more for the answer to id: all else is zero */
    enum link_wish wish;
    int talk, part;             /* from 1 */
    char recording[HASH_BYTES]; /* its fingerprint; "" */
    enum link_track track;
    int number;   /* from 0; of previews also LINK_PLAYLIST and LINK_INIT */
    int stream;   /* of the recording's sound; -1: as decided */
    char use[16]; /* lower-case letters and '-'; "": as decided */
    json_t *body; /* an object, owned by json, or when sending by the sender */
    json_t *json;
};

void link_request_finish(struct link_request *request);
#define AUTO_LINK_REQUEST ATTR_CLEANUP(link_request_finish) struct link_request

/* Which members a wish takes. */
enum link_member {
    LINK_HAS_PART = 1,       /* talk and part */
    LINK_HAS_RECORDING = 2,  /* recording */
    LINK_HAS_NUMBER = 4,     /* number */
    LINK_HAS_PREVIEW = 8,    /* track, number, stream and use */
    LINK_HAS_BODY = 16,      /* body */
    LINK_MAY_HAVE_TALK = 32, /* talk alone */
};
unsigned link_members(enum link_wish wish);
const char *link_wish_name(enum link_wish wish); /* "queue", "part", … */

/* --- replies: service to door ----------------------------------------------------------------- */

/* The answer to one request. With fd, its bytes are [offset, offset + length) of that file; else
 * error is one sentence for the user. */
struct link_answer {
    int64_t id;
    int status; /* of HTTP, 200 to 599 */
    int fd;     /* a regular file or memory file; -1: none. The receiver's to close */
    int64_t offset, length;
    const char *type;  /* "application/json", "video/mp4", … */
    const char *etag;  /* with its quotation marks; NULL: none */
    const char *cache; /* the value of Cache-Control; NULL: no-store */
    const char *error;
    const char *version; /* with error 409: the part's present one; or NULL */
};

/* For all that listen to GET /api/events. */
struct link_event {
    const char *name; /* "parts", "progress", "reload" */
    json_t *data;     /* an object */
};

struct link_reply {
    bool is_event;
    struct link_answer answer;
    struct link_event event;
    json_t *json;
};

/* Closes the descriptor too, unless the caller has set it to -1. */
void link_reply_finish(struct link_reply *reply);
#define AUTO_LINK_REPLY ATTR_CLEANUP(link_reply_finish) struct link_reply

/* --- the first packet: service to door -------------------------------------------------------- */

struct link_hello {
    const char *token;                 /* 16 to 128 letters, digits, '-', '_' */
    int port;                          /* of the listening socket */
    const char *hosts[LINK_MAX_HOSTS]; /* what the Host header may name beside 127.0.0.1, [::1] and
                                        * localhost, without the port: the address of --listen,
                                        * IPv6 in brackets */
    size_t nb_hosts;
    const char *sandbox; /* sandbox_mode_name */
    json_t *json;
};

void link_hello_finish(struct link_hello *hello);
#define AUTO_LINK_HELLO ATTR_CLEANUP(link_hello_finish) struct link_hello

/* --- sending and receiving -------------------------------------------------------------------- */

/* Makes the two ends, which close with exec: the starter of the door makes its end descriptor
 * LINK_FD (dup2 does not keep that flag). The door never waits to send; the service waits for at
 * most 2 s. */
ATTR_NODISCARD int link_make(int *service, int *door, struct err *err);

/* Send one packet. ERR_BUSY: the other side does not read. ERR_CANCELLED: it has ended.
 * ERR_INVALID: longer than LINK_PACKET_BYTES. */
ATTR_NODISCARD int link_send_hello(int fd, const struct link_hello *hello, struct err *err);
ATTR_NODISCARD int link_send_request(int fd, const struct link_request *request, struct err *err);
ATTR_NODISCARD int link_send_answer(int fd, const struct link_answer *answer, struct err *err);
ATTR_NODISCARD int link_send_event(int fd, const struct link_event *event, struct err *err);

/* Receive one packet, if there is one: 1 and *out (zero-initialised), or 0. Only the first packet
 * is waited for: poll() the descriptor for others. ERR_CANCELLED: the other side has ended.
 * ERR_INVALID: the packet is not as it must be; the caller gives the other side up. */
ATTR_NODISCARD int link_receive_hello(struct link_hello *out, int fd, struct err *err);
ATTR_NODISCARD int link_receive_request(struct link_request *out, int fd, struct err *err);
ATTR_NODISCARD int link_receive_reply(struct link_reply *out, int fd, struct err *err);

/* The texts of packets, for senders and tests: new strings. */
char *link_hello_text(const struct link_hello *hello);
char *link_request_text(const struct link_request *request);
char *link_answer_text(const struct link_answer *answer);
char *link_event_text(const struct link_event *event);

/* Read such texts. The caller finishes *out (zero-initialised) also on failure. fd: what came with
 * a reply, which *out then owns, or -1. */
ATTR_NODISCARD int link_hello_read(struct link_hello *out, const char *text, size_t nb,
                                   struct err *err);
ATTR_NODISCARD int link_request_read(struct link_request *out, const char *text, size_t nb,
                                     struct err *err);
ATTR_NODISCARD int link_reply_read(struct link_reply *out, const char *text, size_t nb, int fd,
                                   struct err *err);
