import { answerScrape } from '@/lib/mig/metrics/answer'

export const GET = answerScrape
