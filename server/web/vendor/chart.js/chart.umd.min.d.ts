/** What the app uses of Chart.js; loading the file puts it at `globalThis.Chart`. */

export interface Dataset {
  label: string;
  data: number[];
  backgroundColor: string | CanvasPattern;
  borderColor: string;
  borderWidth: number;
  maxBarThickness: number;
}

export interface ChartData {
  labels: string[];
  datasets: Dataset[];
}

export interface ChartConfiguration {
  type: "bar";
  data: ChartData;
  options: Record<string, unknown>;
}

export interface Chart {
  data: ChartData;
  options: Record<string, unknown>;
  update(mode?: "none"): void;
  destroy(): void;
}

declare global {
  var Chart: new (canvas: HTMLCanvasElement, configuration: ChartConfiguration) => Chart;
}
