/** The live providers by the name that `carbon-factor-source` gives them: a new one is a new file and a line here. */

import { nesoProvider } from './neso.ts'
import type { FactorProvider, ProviderTerms } from './provider.ts'

export const LIVE_PROVIDERS: Readonly<Record<string, (terms: ProviderTerms) => FactorProvider>> = {
  neso: nesoProvider,
}
