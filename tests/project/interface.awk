# SPDX-License-Identifier: MIT
# From preprocessed public headers: the declarations of this project, one a line, without comments and spare blanks. Names,
# types, members and their order are what a program that was built earlier relies on.
/^# [0-9]+ "/ {
    own = $3 ~ /synaptogen\/[a-z_]*\.h"$/
    next
}
own {
    text = text " " $0
}
END {
    gsub(/[ \t]+/, " ", text)
    for (k = 1; k <= length(text); k++) {
        c = substr(text, k, 1)
        depth += (c == "{") - (c == "}")
        line = line c
        if (c == ";" && depth == 0) {
            sub(/^ /, "", line)
            print line
            line = ""
        }
    }
}
