/** What Resee does, as a picture: memory fades, each review lifts it and slows the fading. */
import { curveNatural, line } from 'd3-shape';

interface Stretch {
  from: number;
  to: number;
  /** How fast it fades; smaller after each review. */
  pace: number;
}

const WIDTH = 440;
const HEIGHT = 180;
const BOTTOM = 160;
const LIFT = 130;
const STEPS = 12;
const STRETCHES: Stretch[] = [
  { from: 10, to: 70, pace: 1.1 },
  { from: 70, to: 170, pace: 0.75 },
  { from: 170, to: 300, pace: 0.45 },
  { from: 300, to: 430, pace: 0.22 },
];

const draw = line<[number, number]>().curve(curveNatural);

function fading({ from, to, pace }: Stretch): string {
  const points = Array.from({ length: STEPS + 1 }, (_, step): [number, number] => {
    const part = step / STEPS;
    return [from + (to - from) * part, BOTTOM - LIFT * Math.exp(-pace * part)];
  });
  return draw(points) ?? '';
}

export function ForgettingCurve({ label }: { label: string }) {
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} className="w-full">
      <path d={`M10 ${BOTTOM}H430`} stroke="#ffffff" strokeOpacity="0.25" />
      {STRETCHES.map((stretch) => (
        <g key={stretch.from}>
          <path d={fading(stretch)} fill="none" stroke="#a99dff" strokeWidth="4" strokeLinecap="round" />
          <circle cx={stretch.from} cy={BOTTOM - LIFT} r="7" fill="#ffd166" />
          <path
            d={`M${stretch.from} ${BOTTOM - LIFT + 12}V${BOTTOM}`}
            stroke="#ffd166"
            strokeOpacity="0.35"
            strokeDasharray="3 5"
          />
        </g>
      ))}
    </svg>
  );
}
