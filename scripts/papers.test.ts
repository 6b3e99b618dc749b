import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { PAGE_ROUTES } from '@/e2e/app-routes'
import { runCli } from '@/lib/cli/main'
import { SETTINGS } from '@/lib/env'

const ROOT = path.resolve(import.meta.dirname, '..')
const IMAGES = 'docs/images'
const MOST_IMAGE_BYTES = 4 * 1024 * 1024

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')
const filesIn = (folder: string, end: string) =>
  readdirSync(path.join(ROOT, folder))
    .filter((name) => name.endsWith(end))
    .map((name) => path.posix.join(folder, name))

const PAPERS = [...filesIn('.', '.md'), ...filesIn('docs', '.md')]
const SCRIPTS = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)

/** What a paper leads to, with its own file before a bare fragment. */
function linksOf(paper: string): { target: string; fragment: string }[] {
  const text = read(paper).replace(/^```[\s\S]*?^```/gm, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)|\s(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, link, attribute]) => link ?? attribute ?? '')
    .filter((link) => !/^[a-z]+:/i.test(link))
    .map((link) => {
      const [file = '', fragment = ''] = link.split('#')
      const target = file === '' ? paper : path.posix.join(path.posix.dirname(paper), file)
      return { target, fragment }
    })
}

/** The anchors that a forge makes of a paper's headings. */
const anchorsOf = (paper: string) =>
  [...read(paper).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Everything that a paper sets in code: single words and whole blocks. */
const codeOf = (paper: string): string[] => {
  const text = read(paper)
  const blocks = [...text.matchAll(/^ *```.*\n([\s\S]*?)^ *```/gm)].flatMap(([, block = '']) => block.split('\n'))
  const inline = [...text.replace(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
  return [...blocks, ...inline].map((code) => code.replaceAll('\n', ' ').trim())
}

describe.each(PAPERS)('%s', (paper) => {
  test('leads only to what is there', () => {
    const lost = linksOf(paper).filter(({ target, fragment }) => {
      if (target.startsWith('..') || !existsSync(path.join(ROOT, target))) return true
      return fragment !== '' && !anchorsOf(target).includes(fragment)
    })
    expect(lost).toEqual([])
  })

  test('names npm scripts and files that exist', () => {
    const code = codeOf(paper)
    const scripts = code.flatMap((one) =>
      [...one.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(start|test)\b)/g)].map(([, run, own]) => run ?? own ?? ''),
    )
    expect(scripts.filter((name) => !SCRIPTS.includes(name))).toEqual([])
    const files = code
      .flatMap(
        (one) => one.match(/(?<![\w./-])(?:app|bench|components|deploy|docs|e2e|lib|prisma|scripts)\/\S+/g) ?? [],
      )
      .map((file) => file.replace(/[,;:.]$/, ''))
      // Placeholders: x for a noun, and what is written with wildcards. The bench's results and an operator's settings are nobody else's.
      .filter((file) => !/[<>{}*…=#]|\/x[/.-]|NAME|_name|^bench\/results\.|\.env$/.test(file))
    expect(files.filter((file) => !['', '.ts'].some((end) => existsSync(path.join(ROOT, file + end))))).toEqual([])
  })

  test('names commands and options that the command line has', async () => {
    const calls = codeOf(paper).flatMap((one) => {
      const [, call] = /(?:mig-dashboard -- |^)((?:acl|audit|db|investigator|role|token) [a-z][^>#]*)/.exec(one) ?? []
      return call ? [call] : []
    })
    const unknown: string[] = []
    for (const call of calls) {
      const [group = '', names = ''] = call.split(' ')
      for (const name of names.split('|')) {
        let help = ''
        const words = [group, name.replace(/[.,]$/, '')]
        const io = { out: (text: string) => (help += text), err: () => {}, environment: {} }
        await runCli([...words, '--help'], io)
        const options = call.match(/--[a-z-]+/g) ?? []
        if (!help.startsWith(`npm run mig-dashboard -- ${words.join(' ')} `)) unknown.push(words.join(' '))
        else unknown.push(...options.filter((option) => !help.includes(`${option} `)).map((o) => `${call}: ${o}`))
      }
    }
    expect(unknown).toEqual([])
  })
})

test('the operator’s guide has each setting once, in one table', () => {
  const rows = [...read('docs/operating.md').matchAll(/^\| (`[A-Z_, `]+`) \|.+\|.+\|$/gm)]
  const named = rows.flatMap(([, names = '']) => names.match(/[A-Z_]+/g) ?? [])
  expect(named.sort()).toEqual([...SETTINGS].sort())
})

test('the operator’s guide has each series of the metrics', () => {
  const sources = [...filesIn('lib/metrics', '.ts'), ...filesIn('lib/mig/metrics', '.ts')].filter(
    (file) => !file.includes('.test.'),
  )
  const made = new Set(sources.flatMap((file) => read(file).match(/(?<=')(?:mig|process)_[a-z_]+(?=')/g) ?? []))
  const guide = read('docs/operating.md')
  const said = (name: string) =>
    guide.includes(`\`${name}\``) || (name.endsWith('_max') && guide.includes(`\`${name.slice(0, -4)}\`, \`_max\``))
  expect(made.size).toBeGreaterThan(15)
  expect([...made].filter((name) => !said(name))).toEqual([])
})

test('the operator’s guide says of each table of ours how long it is kept', () => {
  const models = read('prisma/schema.prisma').match(/^model [\s\S]*?^}/gm) ?? []
  const tables = models
    .filter((model) => model.includes('@@schema("dashboard")'))
    .map((model) => /@@map\("(\w+)"\)/.exec(model)?.[1] ?? model)
  const [, kept = ''] = /^## How long our own tables are kept$([\s\S]*?)^## /m.exec(read('docs/operating.md')) ?? []
  expect(tables.length).toBeGreaterThan(20)
  expect(tables.filter((table) => !kept.includes(`\`${table}\``))).toEqual([])
})

test('the tour has every page', () => {
  const tour = read('docs/tour.md')
  const address = (route: string) => route.replace(/\[(\w+)\]/g, (_, name: string) => name.toUpperCase())
  expect(PAGE_ROUTES.length).toBeGreaterThan(40)
  expect(PAGE_ROUTES.map(address).filter((page) => !tour.includes(`\`${page}\``))).toEqual([])
})

describe('the pictures', () => {
  const pictures = filesIn(IMAGES, '.png')
  const head = (file: string) => readFileSync(path.join(ROOT, file)).subarray(0, 24)
  const sizeOf = (file: string) => [head(file).readUInt32BE(16), head(file).readUInt32BE(20)]

  test('are PNG files, light and dark of one size, and small together', () => {
    for (const file of pictures) {
      expect(head(file).subarray(0, 8).toString('latin1'), file).toBe('\x89PNG\r\n\x1a\n')
      const twin = /-light\.png$/.test(file) ? file.replace('-light', '-dark') : file.replace('-dark', '-light')
      expect(twin).not.toBe(file)
      expect(sizeOf(twin), file).toEqual(sizeOf(file))
    }
    const bytes = pictures.reduce((sum, file) => sum + statSync(path.join(ROOT, file)).size, 0)
    expect(bytes).toBeGreaterThan(0)
    expect(bytes).toBeLessThan(MOST_IMAGE_BYTES)
  })

  test('are all shown', () => {
    const shown = new Set(PAPERS.flatMap((paper) => linksOf(paper).map(({ target }) => target)))
    expect(filesIn(IMAGES, '').filter((file) => !shown.has(file))).toEqual([])
  })
})
