import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonPart } from '../../src/domain/json/json-part.ts';
import { JsonSyntaxError } from '../../src/domain/json/json-problem.ts';
import { JsonText, stringifyJson } from '../../src/domain/json/json-text.ts';
import { scanJson } from '../../src/domain/json/scan-json.ts';

const scans = (text: string): boolean => {
  try {
    scanJson(text);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(JsonSyntaxError);
    return false;
  }
};
const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Texts that are JSON, nearly. */
const nearlyJson = fc
  .tuple(fc.json(), fc.nat(), fc.constantFrom('', ...'{}[]",:0.-+eE\\ut \n\u0000\u001f\ufeff'), fc.nat({ max: 2 }))
  .map(([text, at, put, dropped]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put + text.slice(place + dropped);
  });
const tokens = fc
  .array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u0041"',
      '"\\x"',
      '1',
      '-',
      '01',
      '1.',
      '1e5',
      'true',
      'nul',
      ' ',
    ),
  )
  .map((list) => list.join(''));

describe('the scanner', () => {
  test('takes for JSON what JSON.parse takes', () => {
    const text = fc.oneof(nearlyJson, tokens, fc.string());
    fc.assert(
      fc.property(text, (each) => {
        expect(scans(each), JSON.stringify(each)).toBe(parses(each));
      }),
      { numRuns: 3_000 },
    );
  });

  test('has no problem with what JavaScript writes of safe numbers and whole texts', () => {
    const value = fc.jsonValue({ noUnicodeString: true }).filter((each) => !JSON.stringify(each).includes('__proto__'));
    fc.assert(
      fc.property(value, (each) => {
        const text = JSON.stringify(each);
        const unsafe = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/.test(text) || !text.isWellFormed();
        fc.pre(!unsafe && !text.includes('\\u0000'));
        expect(scanJson(text).problems, text).toEqual([]);
      }),
      // Halfway between two numbers of as many digits, of which JavaScript prints the even one.
      { examples: [[-254100967374703.62]] },
    );
  });

  test('finds a name that is there twice, wherever and however many there are', () => {
    const names = fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(names, (list) => {
        const text = `[{"z":{${list.map((name) => `${JSON.stringify(name)}:1`).join(',')}}}]`;
        const twice = scanJson(text).problems.filter(({ message }) => message.includes('twice'));
        expect(twice.length).toBe(Math.min(20, list.length - new Set(list).size));
        for (const { path } of twice) expect(path.slice(0, 2)).toEqual([0, 'z']);
      }),
    );
  });
});

describe('a text that was kept', () => {
  test('says what was sent, without white space', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat({ max: 4 }), (json, indent) => {
        const sent = JSON.stringify(JSON.parse(json), null, indent);
        expect(JsonPart.read(sent).toText().text).toBe(JSON.stringify(JSON.parse(sent)));
      }),
    );
  });

  test('is written into an answer as it is, wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.json())), (members) => {
        const texts = members.map(([name, json]) => [name, new JsonText(json)] as const);
        const expected = `[${members.map(([name, json]) => `{"name":${JSON.stringify(name)},"json":${json}}`).join(',')}]`;
        expect(stringifyJson(texts.map(([name, json]) => ({ name, json })))).toBe(expected);
      }),
    );
  });

  test('is found as a part of the whole, member by member', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value, null, 1);
        const part = JsonPart.read(text);
        for (const [name, member] of part.members) {
          expect(member.value).toEqual(JSON.parse(text)[name]);
          expect(member.toText().text).toBe(JSON.stringify(JSON.parse(text)[name]));
        }
        expect([...part.members.keys()].toSorted()).toEqual(Object.keys(JSON.parse(text)).toSorted());
      }),
    );
  });

  test('outside of an answer is written as its value, so that no mark leaks', () => {
    expect(JSON.stringify({ a: new JsonText('{"b":1.0}') })).toBe('{"a":{"b":1}}');
    expect(() => stringifyJson({ a: new JsonText('1'), b: 1n })).toThrow(TypeError);
    expect(JSON.stringify(new JsonText('1.0'))).toBe('1');
  });
});
