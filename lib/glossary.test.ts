import { tmpdir } from 'node:os'
import { expect, test, vi } from 'vitest'
import { EXPLAINED, glossary, termsOf } from './glossary'

test.each(EXPLAINED)('the glossary has "%s"', (word) => {
  expect(glossary().get(word)?.meaning).toMatch(/\S/)
})

test('a term is known by its first word, and columns of exports are none', () => {
  const terms = glossary(
    '| Word | Meaning |\n| --- | --- |\n| a, b | One thing. |\n| c | Another. |\n## Computed columns of exports\n| `d` | A column. |\n',
  )
  expect([...terms]).toEqual([
    ['a', { word: 'a, b', meaning: 'One thing.' }],
    ['c', { word: 'c', meaning: 'Another.' }],
  ])
})

test('a page explains its own words, one below it those of the page above when it has none', () => {
  const words = (path: string) => termsOf(path).map(({ word }) => word)
  expect(words('/actions')).toContain('target')
  expect(words('/actions/6059408362783470592')).toContain('replay')
  expect(words('/actions/6059408362783470592/results/hits')).toEqual(words('/actions/1/results'))
  expect(words('/acl/modules')).toEqual(words('/acl'))
  expect(words('/')).toContain('verdict of the fleet')
  expect(words('/nothing/here')).toEqual([])
})

test('without the file pages have no words, and the log one line', async () => {
  vi.resetModules()
  vi.spyOn(process, 'cwd').mockReturnValue(tmpdir())
  const log = vi.spyOn(console, 'error').mockReturnValue()
  const anew = await import('./glossary')
  expect(anew.termsOf('/actions')).toEqual([])
  expect(anew.termsOf('/commands')).toEqual([])
  expect(log).toHaveBeenCalledTimes(1)
  vi.restoreAllMocks()
})
