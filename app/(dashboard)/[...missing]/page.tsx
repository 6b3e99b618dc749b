import { notFound } from 'next/navigation'

/** Addresses that lead nowhere get their answer inside the frame, with the way to everything else beside it. */
export default function Missing() {
  notFound()
}
