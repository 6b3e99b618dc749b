import { Mono } from '@/components/ui/mono'
import { Unknown } from '@/components/ui/unknown'
import { visibleText } from '@/components/ui/visible-text'
import type { SshKey } from '@/lib/mig/modules-json/sshkey'
import type { ResultProps } from './renderers'
import { ResultTable } from './result-table'

/** Keys that module sshkey found. */
export function SshkeyResult({ result, paging }: ResultProps<'sshkey'>) {
  if (result.keys.length === 0) return null
  return (
    <ResultTable
      caption="Keys found"
      rows={result.keys}
      paging={paging}
      columns={[
        { header: 'File', cell: (key) => <Mono>{key.path}</Mono>, className: 'min-w-48' },
        { header: 'Kind', cell: (key) => visibleText(key.type) },
        { header: 'Protected', cell: (key) => <Protected sshKey={key} /> },
        { header: 'Fingerprint, SHA-256', cell: (key) => <Mono>{key.sha256}</Mono>, className: 'min-w-48' },
        { header: 'MD5', cell: (key) => <Mono>{key.md5}</Mono>, className: 'min-w-48' },
      ]}
    />
  )
}

function Protected({ sshKey }: { sshKey: SshKey }) {
  if (sshKey.type !== 'private' || sshKey.encrypted === null) return <Unknown why="Only private keys can be" />
  return sshKey.encrypted ? 'by a passphrase' : <span className="text-attention">no passphrase</span>
}
