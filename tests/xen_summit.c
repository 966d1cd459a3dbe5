#include "xen_summit.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

const struct xen_talk xen_talks[NB_XEN] = {
    {"Xen Community Update", {"Ian Pratt"}, 3213, 0},
    {"Xen Hypervisor Project Update", {"Keir Fraser"}, 1253, 0},
    {"AMD, Xen, and Virtualization", {"Tom Woller"}, 1527, 0},
    {"SleepServer: A Software-Only Approach for Reducing the Energy Consumption of PCs within "
     "Enterprise Environments",
     {"Yuvraj Agarwal"},
     1895,
     0},
    {"Energy-Efficient Storage in Virtual Machine Environments", {"Lei Ye"}, 1368, 0},
    {"Xen Cloud Platform Update", {"Jonathan Ludlum"}, 1867, 0},
    {"Case Study: Iaas using XCP and XAPI", {"Marco Sinhoreli"}, 1514, 0},
    {"VastSky - Cluster Storage System for XCP", {"Hirokazu Takahasi"}, 1902, 0},
    {"Building an Infrastructure as a Service Cloud on XCP", {"Sheng Liang"}, 1405, 0},
    {"XRM: Event-based Resource Management Framework for XCP", {"Pradeep Padala"}, 1779, 0},
    {"PVOps Update", {"Konrad Rzeszutek Wilk"}, 932, 0},
    {"Xen Scheduler", {"George Dunlap"}, 1338, 0},
    {"PCI Express Support in QEMU", {"Isaku Yamahata"}, 1578, 0},
    {"Xen ARM Update", {"Sang-bum Suh"}, 1236, 0},
    {"GoGrid and Xen", {"Paul Lappas"}, 726, 1461},
    {"Open Source Cloud Computing", {"Bernard Golden"}, 1788, 0},
    {"Supporting Soft-Real-Time Tasks in the Xen Hypervisor", {"Shalini Yajnik"}, 2531, 0},
    {"Extending Xen into Embedded and Communications Applications",
     {"Edwin Verplanke", "Don Banks"},
     1751,
     0},
    {"Graphics Passthrough Challenges", {"Allen Kay"}, 3127, 0},
    {"Xen NUMA Guests", {"Dullor Rao", "Jun Nakajima"}, 1987, 0},
    {"Application of Fuzzy Control Theory to Resource Management in a Virtualized System",
     {"Sho Niboshi"},
     3170,
     0},
    {"Update on Transcendent Memory in Xen", {"Dan Magenheimer"}, 1244, 0},
    {"Neon: System Support for Derived Data Management", {"Qing Zhang"}, 1302, 0},
    {"Xenalyze: Analyze Xen Traces", {"George Dunlap"}, 1132, 0},
    {"Evolving New Configuration Tools for IOV Network Devices", {"Mitch Williams"}, 2082, 0},
    {"Libxenlight", {"Stefano Stabellini"}, 1639, 0},
    {"Closing Presentation", {"Ian Pratt"}, 1572, 0},
};

void build_xen(struct programme *p)
{
    *p = (struct programme){.name = mem_strdup("Xen Summit North America 2010"),
                            .place = mem_strdup("Sunnyvale"),
                            .begin = mem_strdup("2010-04-28"),
                            .end = mem_strdup("2010-04-29")};
    for (int i = 0; i < NB_XEN; i++) {
        struct talk *talk = programme_add_talk(p, i + 1);
        talk->title = mem_strdup(xen_talks[i].title);
        for (int k = 0; k < 2 && xen_talks[i].speakers[k]; k++)
            talk_add_speaker(talk, xen_talks[i].speakers[k]);
        talk_add_part(talk, xen_talks[i].listed_s);
        if (xen_talks[i].second_part_s)
            talk_add_part(talk, xen_talks[i].second_part_s);
    }
}

int64_t xen_ms(int number)
{
    return (xen_talks[number - 1].listed_s + xen_talks[number - 1].second_part_s) * 1000LL;
}

void set_add(struct set *set, char *name, int64_t duration_ms)
{
    set->recordings = mem_grow(set->recordings, set->nb, sizeof *set->recordings);
    set->recordings[set->nb++] = (struct match_recording){.name = name, .duration_ms = duration_ms};
}

void set_clear(struct set *set)
{
    for (size_t i = 0; i < set->nb; i++) {
        char *name;
        memcpy(&name, &set->recordings[i].name, sizeof name);
        free(name);
    }
    free(set->recordings);
    *set = (struct set){0};
}
