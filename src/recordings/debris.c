#include "debris.h"

#include <stddef.h>
#include <string.h>

#include "str.h"

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
        NULL,
    };
    return str_is_one_of(name, names);
}

bool debris_download(const char *name)
{
    /* Firefox, Chromium, Opera, Safari, Edge, qBittorrent, uTorrent, Total Commander … */
    static const char *const suffixes[] = {
        "part", "crdownload", "opdownload", "download", "partial", "!qb", "!ut", "filepart", NULL};
    const char *dot = strrchr(name, '.');
    return dot && str_is_one_of(dot + 1, suffixes);
}
