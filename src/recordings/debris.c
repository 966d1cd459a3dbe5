#include "debris.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

bool debris_folder(const char *name)
{
    static const char *const names[] = {
        "$RECYCLE.BIN",
        "RECYCLER",
        "System Volume Information",
        "lost+found", /* disks */
        "@eaDir",
        "#recycle",
        "@Recycle",
        "@Recently-Snapshot", /* network disks */
        "__MACOSX",           /* archives of macOS */
        "THMBNL",             /* cameras */
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

bool debris_download(const char *name)
{
    /* Firefox, Chromium, Opera, Safari, Edge, qBittorrent, uTorrent, Total Commander … */
    static const char *const suffixes[] = {"part",    "crdownload", "opdownload", "download",
                                           "partial", "!qb",        "!ut",        "filepart"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof suffixes / sizeof *suffixes; i++)
        if (strcasecmp(dot + 1, suffixes[i]) == 0)
            return true;
    return false;
}
