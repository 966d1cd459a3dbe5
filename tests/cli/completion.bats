# Completion in bash and zsh: docs/completion.md. What is proposed is in tests/unit/test_complete.c.
bats_require_minimum_version 1.5.0

setup()
{
    load helper
    cd "$BATS_TEST_TMPDIR"
    ROOT=$BATS_TEST_DIRNAME/../..
    BIN=$BATS_TEST_TMPDIR/bin
    mkdir bin
    ln -s "$TALKPRESS" bin/talkpress
    PATH=$BIN:$PATH
    odd_event
}

# Titles and names of files that a shell could obey; the event is $PWD/odd.
odd_event()
{
    cat >odd.csv <<'END'
number,title,speakers,duration,room
1,"Quotes ""double"" & 'single' $(touch obeyed) `touch obeyed`; touch obeyed","Ann O'Nym",10:00,"Halle ""Ä"" $HOME"
2,The Xen scheduler,Bob,20:00,Lab
11,大規模システム 設計,田中,20:00,Lab
15,Xen in parts,Dullor Rao,12:00,Lab
END
    "$TALKPRESS" init odd >/dev/null
    "$TALKPRESS" -C odd import odd.csv >/dev/null
    sqlite3 odd/talkpress.db "INSERT INTO part (talk, part, listed_s) VALUES (15, 2, 100);
        UPDATE talk SET title = title || char(27) || '[31m' || char(10) || '99' || char(9) || 'x' WHERE number = 2"
    local i=0 name
    for name in 'My talk (1).mp4' 'My talk (2).mp4' '$(touch obeyed).mp4' "it's \"odd\".mp4" 'a=b:c.mp4' \
        'ümläut 録画!.mp4' '`touch obeyed`;x.mp4' '~tilde.mp4' 'back\slash.mp4' '*.mp4' $'new\nline.mp4'; do
        sqlite3 odd/talkpress.db "INSERT INTO recording (path, size, mtime_ns, fingerprint)
            VALUES ('/r/${name//\'/\'\'}', 1, 1, '$((++i))')"
    done
    touch "a file.vtt"
}

# What a shell reads first. talkpress completes; else it writes its arguments.
shell_setup()
{
    cat <<'END'
talkpress() {
    if [[ ${1-} == complete ]]; then
        command talkpress "$@"
    else
        printf '<%s>' "$@" >args.new
        command mv args.new args
    fi
}
END
}

# typed SHELL: the arguments of the lines that are typed, from standard input.
typed()
{
    PATH=$BIN:$PATH timeout 120 python3 "$BATS_TEST_DIRNAME/type_keys.py" "$1" "$PWD/setup.$1"
}

# The same in all shells; KEYS and ARGUMENTS of each line.
check_lines()
{
    local shell=$1 lines=$2 keys=() wanted=()
    while IFS='|' read -r key want; do
        keys+=("$key")
        wanted+=("$want")
    done <"$lines"
    printf '%s\n' "${keys[@]}" | typed "$shell" >got
    same "$(printf '%s\n' "${wanted[@]}")" "$(cat got)"
    [ ! -e obeyed ]
}

# \t is Tab. Bytes that are not ASCII are written as escapes.
common_lines()
{
    cat <<'END'
talkpress sta\t|<status>
talkpress --vers\t|<--version>
talkpress verify --prob\t|<verify><--problems>
talkpress run --executor=sl\t|<run><--executor=slurm>
talkpress run --executor sl\t|<run><--executor><slurm>
talkpress -C odd why quot\t|<-C><odd><why><1>
talkpress -C odd why sched\t|<-C><odd><why><2>
talkpress -C odd why \xe5\xa4\xa7\t|<-C><odd><why><11>
talkpress -C odd why \xe8\xa8\xad\t|<-C><odd><why><11>
talkpress -C odd why 15/2\t|<-C><odd><why><15/2>
talkpress -C odd verify --accept=11\t|<-C><odd><verify><--accept=11>
talkpress -C odd match 2\t1=|<-C><odd><match><2=1=>
talkpress -C odd match 2=no\t|<-C><odd><match><2=none>
talkpress -C odd remove My\t2\t|<-C><odd><remove><My talk (2).mp4>
talkpress -C odd match 2=My\t2\t|<-C><odd><match><2=My talk (2).mp4>
talkpress -C odd remove "My\t2\t|<-C><odd><remove><My talk (2).mp4>
talkpress -C odd remove 'My\t2\t|<-C><odd><remove><My talk (2).mp4>
talkpress -C odd remove My\\ talk\\ \\(2\t|<-C><odd><remove><My talk (2).mp4>
talkpress -C odd remove \\$\t|<-C><odd><remove><$(touch obeyed).mp4>
talkpress -C odd remove '$\t|<-C><odd><remove><$(touch obeyed).mp4>
talkpress -C odd remove "\\$\t|<-C><odd><remove><$(touch obeyed).mp4>
talkpress -C odd remove \\`\t|<-C><odd><remove><`touch obeyed`;x.mp4>
talkpress -C odd remove it\t|<-C><odd><remove><it's "odd".mp4>
talkpress -C odd remove 'it\t|<-C><odd><remove><it's "odd".mp4>
talkpress -C odd remove "it\t|<-C><odd><remove><it's "odd".mp4>
talkpress -C odd remove a=\t|<-C><odd><remove><a=b:c.mp4>
talkpress -C odd remove a=b:\t|<-C><odd><remove><a=b:c.mp4>
talkpress -C odd match 2=a=b:\t|<-C><odd><match><2=a=b:c.mp4>
talkpress -C odd remove \\~\t|<-C><odd><remove><~tilde.mp4>
talkpress -C odd remove back\t|<-C><odd><remove><back\slash.mp4>
talkpress -C odd remove \\*\t|<-C><odd><remove><*.mp4>
talkpress -C odd remove \xc3\xbc\t|<-C><odd><remove><ümläut 録画!.mp4>
talkpress -C odd status --room Ha\t|<-C><odd><status><--room><Halle "Ä" $HOME>
talkpress -C odd status --room "Ha\t|<-C><odd><status><--room><Halle "Ä" $HOME>
talkpress -C odd status --room=Ha\t|<-C><odd><status><--room=Halle "Ä" $HOME>
talkpress captions 1 --set a\t|<captions><1><--set><a file.vtt>
talkpress captions 1 --set=a\t|<captions><1><--set=a file.vtt>
talkpress -C nowhere sta\t|<-C><nowhere><status>
talkpress -C nowhere why 1\t|<-C><nowhere><why><1>
END
}

@test "bash: verbs, options, talks, recordings and files; nothing of them is obeyed" {
    shell_setup >setup.bash
    echo ". '$ROOT/contrib/completion/talkpress.bash'" >>setup.bash
    common_lines >lines
    # Letters of several titles stay. A new line is not part of a word.
    cat >>lines <<'END'
talkpress -C odd why xen\t|<-C><odd><why><xen>
talkpress -C od\t status|<-C><odd/><status>
talkpress -C odd remove new\t|<-C><odd><remove><new>
END
    check_lines bash lines
}

@test "bash, with the package bash-completion: it loads the script when it is needed" {
    local package=/usr/share/bash-completion/bash_completion
    [ -e "$package" ] || skip "bash-completion is not installed"
    mkdir -p data/bash-completion/completions
    cp "$ROOT/contrib/completion/talkpress.bash" data/bash-completion/completions/talkpress
    {
        shell_setup
        echo "XDG_DATA_HOME='$PWD/data'; . $package"
    } >setup.bash
    common_lines >lines
    check_lines bash lines
}

@test "zsh: verbs, options, talks, recordings and files; nothing of them is obeyed" {
    command -v zsh >/dev/null || skip "zsh is not installed"
    {
        shell_setup
        echo "fpath=('$ROOT/contrib/completion' \$fpath); autoload -U compinit; compinit -u -D"
    } >setup.zsh
    common_lines >lines
    # Letters of several titles are replaced by one talk after the other.
    cat >>lines <<'END'
talkpress -C odd why xen\t|<-C><odd><why><2>
talkpress -C od\t status|<-C><odd><status>
talkpress -C odd why xen\t\t|<-C><odd><why><15>
talkpress -C odd remove new\t|<-C><odd><remove><new>
END
    check_lines zsh lines
}

# reply WORD...: what bash is given for the last word, a line each. OPTION: one of shopt that is on.
reply()
{
    bash --norc --noprofile ${OPTION:+-O "$OPTION"} -c '
        . "$0"
        compopt() { :; }
        COMP_WORDS=(talkpress "$@") COMP_CWORD=$# COMP_LINE="talkpress $*" COMP_TYPE=9 COLUMNS=90
        COMP_POINT=${#COMP_LINE}
        _talkpress talkpress "${@: -1}" "${@: -2:1}"
        printf "%s\n" "${COMPREPLY[@]}"' "$ROOT/contrib/completion/talkpress.bash" "$@"
}

@test "bash: every verb, and every option that a verb's help names" {
    local verb option nb=0
    same "$(commands | sort)" "$(reply "" | sed 's/ .*//' | sort)"
    for verb in $(commands); do
        reply "$verb" -- >proposed
        for option in $("$TALKPRESS" "$verb" --help | sed -n 's/^  \(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p') --help; do
            grep -q -e "^$option\( \|$\)" proposed
            nb=$((nb + 1))
        done
    done
    [ "$nb" -gt 80 ]
}

@test "bash: a list is the same with the options that users set" {
    reply -C odd why 1 >list
    for option in nullglob failglob nocasematch; do
        OPTION=$option reply -C odd why 1 >got 2>&1
        cmp list got
    done
    touch COMPREPLYi # matches what is between brackets
    reply -C odd why 1 | cmp list
}

@test "bash: lists have descriptions, unless words are inserted one after the other" {
    reply run --executor "" >list
    same "local slurm pilots" "$(tr '\n' ' ' <list | sed 's/ $//')"
    reply -C odd why 1 >list
    same '1   Quotes "double" & '"'single'"' $(touch obeyed) `touch obeyed`; touch obeyed…' "$(head -n 1 list)"
    same "15  Xen in parts — Dullor Rao" "$(tail -n 1 list)"
    same 3 "$(wc -l <list)"
    expect 1 grep -q '[[:cntrl:]]' list
}

@test "while another process writes to the store: at once, as it was last committed, and no file changes" {
    python3 - odd/talkpress.db <<'END' 3>&- &
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("UPDATE talk SET title = 'Committed' WHERE number = 11")
db.execute("BEGIN EXCLUSIVE")
db.execute("UPDATE talk SET title = 'Open' WHERE number = 11")
open("ready", "w").close()
time.sleep(60)
END
    local writer=$!
    for _ in {1..500}; do
        [ ! -e ready ] || break
        sleep 0.02
    done
    md5sum odd/* 2>/dev/null >before || true
    run --separate-stderr timeout 5 "$TALKPRESS" complete -- -C odd why comm
    kill "$writer"
    same 0 "$status"
    same "" "$stderr"
    same $'11\tCommitted — 田中' "$output"
    same "$(cat before)" "$(md5sum odd/* 2>/dev/null)"
}

@test "without an event, with one that cannot be read or is another version's: verbs and options, and no message" {
    mkdir empty garbage
    echo "no store, but longer than the header of one would be, if it were one at all: 0123456789 0123456789" \
        >garbage/talkpress.db
    sqlite3 odd/talkpress.db "PRAGMA user_version = 99"
    for dir in nowhere empty garbage odd; do
        run --separate-stderr "$TALKPRESS" complete -- -C $dir sta
        same $'0||status\tshow the state of every part, or of one talk' "$status|$stderr|$output"
        run --separate-stderr "$TALKPRESS" complete -- -C $dir why --js
        same $'0||--json\tprint it as JSON' "$status|$stderr|$output"
        run --separate-stderr "$TALKPRESS" complete -- -C $dir why ""
        same "0||" "$status|$stderr|$output"
    done
}
