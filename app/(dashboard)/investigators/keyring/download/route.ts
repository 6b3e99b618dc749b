import { recordExport } from '@/lib/audit/record-export'
import { requestViewer } from '@/lib/auth/viewer'
import { AppError } from '@/lib/errors'
import { refusal } from '@/lib/export'
import { exportKeyring, KEYRING_KINDS } from '@/lib/mig/investigators/keyring'
import { now } from '@/lib/now'

/** The public keys of all active investigators in one file, `format=armored|binary`, `keys=mig|all`. */
export async function GET(request: Request): Promise<Response> {
  try {
    const viewer = await requestViewer(request)
    const asked = new URL(request.url).searchParams
    const format = asked.get('format') ?? 'armored'
    const kind = KEYRING_KINDS.find((one) => one === (asked.get('keys') ?? 'mig'))
    if (format !== 'armored' && format !== 'binary')
      throw new AppError('invalid', 'A keyring is format=armored or format=binary.')
    if (!kind) throw new AppError('invalid', 'A keyring holds keys=mig, which MIG can load, or keys=all.')
    const keyring = await exportKeyring(viewer, kind, await now())
    if (!keyring) throw new AppError('not_found', 'No active investigator has a key that belongs into a keyring.')
    const body = format === 'binary' ? Buffer.from(keyring.bytes) : Buffer.from(keyring.armored)
    await recordExport(viewer, { kind: 'export.download', object: { type: 'keyring', id: kind }, bytes: body.length })
    return new Response(body, {
      headers: {
        'content-type': format === 'binary' ? 'application/octet-stream' : 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="pubring.${format === 'binary' ? 'gpg' : 'asc'}"`,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
    })
  } catch (error) {
    return refusal(error)
  }
}
