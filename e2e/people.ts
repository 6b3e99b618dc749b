import { readFileSync } from 'node:fs'
import path from 'node:path'
import * as openpgp from 'openpgp'

export type DemoKey = { id: string; name: string; fingerprint: string; publicKey: string; privateKey: string }

/** The key of a person of the demo, made when this run's site was first started. */
export function demoKey(name: string, dataDir = process.env.E2E_DATA_DIR ?? ''): DemoKey {
  const file = readFileSync(path.join(dataDir, 'demo-keys.json'), 'utf8')
  const key = (JSON.parse(file) as { people: DemoKey[] }).people.find((one) => one.name === name)
  if (!key) throw new Error(`The demo has no ${name}.`)
  return key
}

/** A detached signature over exactly this text, armored, as a tool of the person would make it. */
export async function signText({ privateKey }: Pick<DemoKey, 'privateKey'>, text: string): Promise<string> {
  return openpgp.sign({
    message: await openpgp.createMessage({ binary: new TextEncoder().encode(text) }),
    signingKeys: await openpgp.readPrivateKey({ armoredKey: privateKey }),
    detached: true,
    format: 'armored',
  })
}

export const ADMIN = 'Ada Okafor'
export const INVESTIGATOR = 'Tomáš Dvořák'

/** The one-use text in a page's text or markup. */
export function textIn(page: string): string {
  const text = /MIG dashboard sign-in 1; origin=\S+; nonce=[\w-]+; expires=[\dT:.-]+Z/.exec(page)?.[0]
  if (!text) throw new Error('There is no text to sign on this page.')
  return text
}

/** Signs in with a demo person's key by the forms of the page, as a browser without scripts sends them; returns the cookie. */
export async function signInByForms(site: string, dataDir: string, name: string): Promise<string> {
  const jar = new Map<string, string>()
  const ask = async (body?: FormData): Promise<Response> => {
    const answer = await fetch(`${site}/sign-in`, {
      method: body ? 'POST' : 'GET',
      body,
      redirect: 'manual',
      headers: { origin: site, cookie: [...jar].map(([key, value]) => `${key}=${value}`).join('; ') },
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(key, value)
    }
    return answer
  }
  const first = await (await ask()).text()
  const second = await (await ask(formOf(first, 'Get a text to sign'))).text()
  const form = formOf(second, 'Sign in with a signature')
  form.set('signature', await signText(demoKey(name, dataDir), textIn(second)))
  const answer = await ask(form)
  const session = jar.get('mig-session')
  if (answer.status !== 303 || !session) throw new Error(`${name} was not let in: ${answer.status}`)
  return `mig-session=${session}`
}

/** The hidden fields of a form, by its label, as the page's markup has them. */
export function formOf(page: string, label: string): FormData {
  const form = page.match(/<form[\s\S]*?<\/form>/g)?.find((one) => one.includes(`aria-label="${label}"`))
  if (!form) throw new Error(`There is no form "${label}" on this page.`)
  const plain = (html = '') => html.replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&amp;', '&')
  const data = new FormData()
  for (const [input] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g))
    data.set(plain(/\sname="([^"]*)"/.exec(input)?.[1]), plain(/\svalue="([^"]*)"/.exec(input)?.[1]))
  return data
}
