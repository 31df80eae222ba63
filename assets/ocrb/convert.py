#!/usr/bin/env python3
"""Makes the TrueType files of this folder from Debian's fonts-ocr-b: ./convert.py FOLDER-OF-OTF

Go's font package does not know an operator (flex1) that some of their outlines use. What is kept are the characters of a
machine-readable zone. Needs fontTools (python3-fonttools 4.38).
"""
import sys

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ< '
UNUSED = ('maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements maxSizeOfInstructions maxComponentElements')


def convert(source, target):
    font = TTFont(source)
    options = subset.Options(layout_features=[], notdef_outline=True, name_IDs=['*'], hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=CHARACTERS)
    subsetter.subset(font)
    outlines, order, glyphs = font.getGlyphSet(), font.getGlyphOrder(), {}
    for name in order:
        pen = TTGlyphPen(outlines)
        outlines[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font['loca'] = newTable('loca')
    font['glyf'] = newTable('glyf')
    font['glyf'].glyphOrder, font['glyf'].glyphs = order, glyphs
    del font['CFF ']
    font['glyf'].compile(font)
    font['hmtx'].metrics = {n: (font['hmtx'][n][0], getattr(glyphs[n], 'xMin', 0)) for n in order}
    font['maxp'].tableVersion, font['maxp'].maxZones = 0x00010000, 1
    for name in UNUSED.split():
        setattr(font['maxp'], name, 0)
    font['maxp'].compile(font)
    font['post'].formatType, font['post'].extraNames, font['post'].mapping = 3.0, [], {}
    font['head'].modified = font['head'].created
    font.recalcTimestamp = False
    font.sfntVersion = '\000\001\000\000'
    font.save(target)


for name in ('OCRB', 'OCRBL', 'OCRBS'):
    convert(f'{sys.argv[1]}/{name}.otf', f'{name}.ttf')
