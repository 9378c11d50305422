-- What the pandoc that stays runs: see convert/pandoc_process.py, which speaks with it.
-- A request is a line `read DIALECT LENGTH`, `join DIALECT LENGTH` or `html LENGTH` and so many bytes; the answer is a
-- line with the length of what follows, or with `failed` and nothing.

local HTML = pandoc.WriterOptions { html_math_method = 'mathml', wrap_text = 'none' }

local CHARACTER = utf8.charpattern

local function wide(inline, place)
  local character = pandoc.utils.stringify(inline):match(place)
  return character and pandoc.layout.real_length(character) == 2
end

-- `join`: pandoc as a program does this after reading, not its reader: lines join without a blank between wide characters.
local function join(inlines)
  for i = #inlines - 1, 2, -1 do
    if inlines[i].t == 'SoftBreak' and wide(inlines[i - 1], CHARACTER .. '$') and wide(inlines[i + 1], '^' .. CHARACTER) then
      inlines:remove(i)
    end
  end
  return inlines
end

local function answer(order, data)
  local what, dialect = order:match('^(%a+) ?(%S*)$')
  -- The empty table is the list of files that a sandboxed reader may see.
  local document = pandoc.read(data, what == 'html' and 'json' or dialect, nil, {})
  if what == 'html' then
    local html = pandoc.write(document, 'html5', HTML)
    return html:sub(-1) == '\n' and html or html .. '\n'
  end
  return pandoc.write(what == 'join' and document:walk { Inlines = join } or document, 'json')
end

io.stdout:setvbuf('full')
for line in io.lines() do
  local order, length = line:match('^(.*) (%d+)$')
  local data = length == '0' and '' or io.read(tonumber(length)) or '' -- to read nothing, Lua waits for more
  local good, result = pcall(function() return select(2, pandoc.log.silence(answer, order, data)) end)
  if good then
    io.write(#result, '\n', result)
  else
    io.write('failed\n')
  end
  io.flush()
end
