# SPDX-License-Identifier: Apache-2.0
#
# A public header, as it stands, on its way into doxygen: comments of the
# house style become those that doxygen reads.
#
#	/* text */ above a declaration, or after a member	is about it
#	/* ---- title ---- */	begins a group; the comment after it, if a blank
#				line follows, is about the group
#	Limits: Output: Errors: Returns: ...	are headings
#	${argument}, `word`	are set as code; TACIT_WORDS become links
#	indented lines		are tables or code, and stay as they are
#	struct tacit;		is documented where it is declared
#	TACIT_ERRORS(X)		becomes the enumerators that it stands for
BEGIN {
	headings = "(Limits|Output|Errors|Returns|Returns and errors|Owner|" \
	    "Time|Threads|Secrets|Misuse):"
}

# Tabs count from the margin of the header, so they go before anything else
# does; but those that indent are looked for below.
{ line[NR] = expanded($0) }

function expanded(s) {
	if (s ~ /^\t/)
		return "\t" expanded_from(substr(s, 2), 8)
	return expanded_from(s, 0)
}

function expanded_from(s, col,	out, at, pad) {
	out = ""
	while ((at = index(s, "\t")) > 0) {
		out = out substr(s, 1, at - 1)
		pad = 8 - (col + length(out)) % 8
		out = out sprintf("%" pad "s", "")
		s = substr(s, at + 1)
	}
	return out s
}

# What doxygen would take for a command or a tag is text here.
function quoted(s) {
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	gsub(/[\\@%]/, "\\\\&", s)
	gsub(/#/, "\\\\#", s)
	return s
}

# ${x} and `x` as code.
function coded(s,	out, open, at, len) {
	out = ""
	while (match(s, /\$\{[^}]*\}|`[^`']*[`']/)) {
		at = RSTART
		len = RLENGTH
		open = substr(s, at, 1) == "$" ? 2 : 1
		out = out linked(substr(s, 1, at - 1)) "<code>" \
		    substr(s, at + open, len - open - 1) "</code>"
		s = substr(s, at + len)
	}
	return out linked(s)
}

# TACIT_WORDS as links, which doxygen says if they lead nowhere.
function linked(s,	out) {
	out = ""
	while (match(s, /TACIT_[A-Z0-9_]+/)) {
		out = out substr(s, 1, RSTART - 1)
		if (substr(s, RSTART + RLENGTH - 1, 1) != "_")
			out = out "#"
		out = out substr(s, RSTART, RLENGTH)
		s = substr(s, RSTART + RLENGTH)
	}
	return out s
}

function words(s) { return coded(quoted(s)) }

# Text with headings: those within a line begin lines of their own.
function headed(s,	head, out, at, len) {
	out = ""
	while (match(s, "(^|  )" headings)) {
		at = RSTART
		len = RLENGTH
		head = substr(s, at, len - 1)
		sub(/^ +/, "", head)
		out = out words(substr(s, 1, at - 1)) "\n\\par " head "\n"
		s = substr(s, at + len)
	}
	return out words(s)
}

# The comment that begins at line i: its lines in body[1..n]; where it ends.
function take(i,	s) {
	n = 0
	s = line[i]
	sub(/^[ \t]*\/\*+ ?/, "", s)
	while (line[i] !~ /\*\// && i < NR) {
		body[++n] = s
		s = line[++i]
		# The mark and one blank; of a member, all that indents it.
		if (s ~ /^ \*/)
			s = substr(s, s ~ /^ \* / ? 4 : 3)
		else
			sub(/^[ \t]+/, "", s)
		if (line[i] ~ /^ \*\//)
			return i
	}
	sub(/[ \t]*\*\/.*/, "", s)
	body[++n] = s
	return i
}

# body[] as doxygen's text; indented lines after a blank one are kept as such.
function text(	i, out, table, before) {
	out = ""; table = 0; before = 1
	for (i = 1; i <= n; i++) {
		if (!table && before && body[i] ~ /^[ \t]+[^ \t]/) {
			table = 1
			out = out "<pre>\n"
		}
		if (table && body[i] != "" && body[i] !~ /^[ \t]/ ||
		    table && body[i] == "" && body[i + 1] !~ /^[ \t]/) {
			table = 0
			out = out "</pre>\n"
		}
		out = out (table ? words(body[i]) : headed(body[i])) "\n"
		before = body[i] == ""
	}
	return out (table ? "</pre>\n" : "")
}

# A declaration of one or more members, each with ${about}.
function members(code, about,	type, n_names, names, i, out) {
	if (code !~ /^\t[a-z].*, .*;[ \t]*$/ || code ~ /\(/)
		return code "/**< " about " */"
	sub(/;[ \t]*$/, "", code)
	n_names = split(code, names, /, /)
	type = names[1]
	sub(/[*]*[a-z_]+(\[[^]]*\])?$/, "", type)
	names[1] = substr(names[1], length(type) + 1)
	out = ""
	for (i = 1; i <= n_names; i++)
		out = out type names[i] "; /**< " about " */\n"
	return out
}

# X(NAME, value, "word", "text" ...) of the list as an enumerator.
function one_error(s,	name, value, word) {
	sub(/^[ \t]*X\(/, "", s)
	name = value = s
	sub(/,.*/, "", name)
	sub(/^[^,]*,[ \t]*/, "", value)
	word = value
	sub(/,.*/, "", value)
	sub(/^[^"]*"/, "", word)
	s = word
	sub(/".*/, "", word)
	sub(/^[^"]*",[ \t]*"/, "", s)
	sub(/"[ \t]*\)[ \t]*$/, "", s)
	gsub(/"[ \t]+"/, "", s)
	return "\tTACIT_E_" name " = " value ", /**< <code>" word "</code>: " \
	    words(s) " */"
}

function errors(i,	s, all) {
	all = ""
	for (; line[i] ~ /\\$/ || line[i] ~ /^\tX\(/; i++) {
		s = line[i]
		sub(/[ \t]*\\$/, "", s)
		if (s ~ /^\tX\(/ && held != "") {
			all = all one_error(held) "\n"
			held = ""
		}
		if (s ~ /^\tX\(/)
			held = s
		else if (held != "")
			held = held s
	}
	if (held != "")
		all = all one_error(held) "\n"
	return all
}

END {
	for (i = 1; i <= NR; i++) {
		if (line[i] ~ /SPDX-License-Identifier/) {
			print ""
		} else if (line[i] ~ /^\/\* ----* .* --*/) {
			title = line[i]
			sub(/^\/\* -+ /, "", title)
			sub(/ -+ \*\/.*/, "", title)
			if (grouped)
				print "/** @} */"
			print "/** @name " words(title)
			grouped = 1
			if (line[i + 2] ~ /^\/\*/) {
				end = i + 2
				while (line[end] !~ /\*\//)
					end++
				if (line[end + 1] == "") {
					i = take(i + 2)
					print text()
				}
			}
			print "*/\n/** @{ */"
		} else if (line[i] ~ /^[ \t]*\/\*/) {
			first = i
			i = take(i)
			if (line[first] ~ /^\t/ && body[1] ~ /^of .* [0-9]+ to [0-9]+$/)
				continue
			above = text()
			loose = line[first] !~ /^\t/ && line[i + 1] == ""
			print "/**" (loose || !filed++ ? " @file" : "")
			print above "*/"
			if (line[i + 1] ~ /^struct [a-z_]+;$/) {
				sub(/;/, " { };", line[++i])
				print line[i]
			} else if (line[i + 1] ~ /^\t[a-z].*, /)
				print members(line[++i], above)
		} else if (match(line[i], /[;,{(=a-zA-Z0-9_)\]][ \t]*\/\*/)) {
			at = index(line[i], "/*")
			code = substr(line[i], 1, at - 1)
			line[i] = substr(line[i], at)
			i = take(i)
			s = text()
			sub(/\n$/, "", s)
			if (code ~ /\{[ \t]*$/)
				print "/** " s " */ " code
			else if (code ~ /^enum \{ .* \};/) {
				sub(/ \};[ \t]*$/, "", code)
				print code " /**< " s " */ };"
			} else
				print members(code, s)
		} else {
			if (line[i] ~ /^#define TACIT_ERRORS\(X\)/)
				all_errors = errors(i)
			if (line[i] ~ /TACIT_ERRORS\(TACIT_ERROR_ENUM\)/)
				printf "%s", all_errors
			else
				print line[i]
		}
	}
	if (grouped)
		print "/** @} */"
}
