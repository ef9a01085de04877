/** The yearly data of @tgwf/co2, which comes without types; keys are `yearly2021` and so on. */
declare module '@tgwf/co2/data/electricity-maps' {
  interface YearlyZone {
    zone: { zoneName: string }
    carbonIntensity: { value: number | null; unit: string }
  }
  const electricityMaps: Record<`yearly${number}`, { data: Record<string, YearlyZone>; methodology: string }>
  export default electricityMaps
}
