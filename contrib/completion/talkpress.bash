# bash completion of talkpress: docs/completion.md. It needs bash 4.4, and nothing else. What
# 'talkpress complete' prints is only ever text: nothing of it is evaluated.

# Sets words to what was typed after the program's name, up to the cursor, each with its quotes. bash
# separates words at '=' and ':' too; words that nothing separates on the line are one.
_talkpress_words()
{
    local i line=${COMP_LINE:0:COMP_POINT} rest word
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest
        if ((i > 1)) && [[ -n $line && $rest == "$line" ]]; then
            words[-1]+=$word
        elif ((i > 0)); then
            words+=("$word")
        fi
        line=${rest#"$word"}
    done
}

# Sets quoted to a word as it must be typed after the quote, which is ', " or nothing. Returns 1 if it
# cannot be typed so: within "", '!' would recall a command.
_talkpress_quote()
{
    case $2 in
    \') quoted=${1//\'/\'\\\'\'} ;;
    \")
        [[ $1 != *'!'* ]] || return 1
        quoted=${1//\\/\\\\}
        quoted=${quoted//\"/\\\"}
        quoted=${quoted//\$/\\\$}
        quoted=${quoted//\`/\\\`}
        ;;
    *) printf -v quoted %q "$1" ;;
    esac
}

# Lists several candidates with their descriptions. The first two columns of a screen's line are a
# word; what readline then inserts is what all words begin with.
_talkpress_describe()
{
    local i width=0 room text
    for i in "${COMPREPLY[@]}"; do
        ((${#i} <= width)) || width=${#i}
    done
    room=$((${COLUMNS:-80} - width - 3))
    for i in "${!COMPREPLY[@]}"; do
        text=${descriptions[i]:0:$((room > 0 ? room : 0))}
        [[ -z $text ]] || printf -v "COMPREPLY[i]" '%s%*s  %s' "${COMPREPLY[i]}" \
            $((width - ${#COMPREPLY[i]})) '' "$text"
    done
}

# $2: what bash replaces, without what precedes '=', ':' or a quote in the word.
_talkpress()
{
    local before quote='' line value quoted replaced=
    local -a words descriptions=() lines
    _talkpress_words
    before=${words[-1]%"$2"}
    case $before in
    *[\'\"])
        quote=${before: -1}
        before=${before%?}
        ;;
    esac
    COMPREPLY=()
    mapfile -t lines < <("${1/#\~\//$HOME/}" complete -- "${words[@]}" 2>/dev/null)
    for line in "${lines[@]}"; do
        case $line in
        files | files=) compopt -o bashdefault -o default ;;
        folders | folders=) compopt -o dirnames ;;
        "$before"*$'\t'*)
            value=${line%%$'\t'*}
            _talkpress_quote "${value#"$before"}" "$quote" || continue
            COMPREPLY+=("$quoted")
            descriptions+=("${line#*$'\t'}")
            [[ $quoted == "$2"* ]] || replaced=1
            [[ $value != *= ]] || compopt -o nospace
            ;;
        esac
    done
    if ((${#COMPREPLY[@]} < 2)); then
        # readline closes the quote, unless it sees one at the end.
        [[ -z $quote || ${COMPREPLY[0]-} != *"$quote" ]] || COMPREPLY[0]+=$quote
        return
    fi
    compopt -o nosort
    # Not where words are inserted one after the other, or all: menu-complete, insert-completions.
    [[ ${COMP_TYPE:-9} == @(37|42) ]] || _talkpress_describe
    # Letters of titles would be replaced by the digits that all their numbers begin with.
    [[ -z $replaced ]] || COMPREPLY+=(' ')
}

complete -F _talkpress talkpress
