// Draws what [data-chart] holds as JSON (members/pages/charts.py); the table beside it says the same.

(() => {
  const COLOURS = ["#9b2226", "#2f6690", "#b07d2b", "#4f772d", "#6d597a", "#3d7a78"];
  const IN_THE_DARK = ["#e5797c", "#7fb4dd", "#e0b765", "#9cc47b", "#b8a0c8", "#7fc4c1"];
  const MEANING = { done: ["#5b7f5f", "#8fb894"], open: ["#2f6690", "#7fb4dd"], late: ["#b4231c", "#ff9a94"] };
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");

  function look() {
    const dark = document.documentElement.dataset.bsTheme === "dark";
    return {
      dark: Number(dark),
      colours: dark ? IN_THE_DARK : COLOURS,
      text: dark ? "#dde2e8" : "#1f2933",
      faint: dark ? "#3a4653" : "#d9dee4",
      ground: dark ? "#18212b" : "#ffffff",
      font: getComputedStyle(document.body).fontFamily,
    };
  }

  function option(chart, looks) {
    const lying = chart.kind === "rows";
    const text = { color: looks.text, fontFamily: looks.font };
    const names = {
      type: "category", data: chart.names, inverse: lying,
      axisLabel: { ...text, interval: lying || chart.names.length < 12 ? 0 : "auto", width: lying ? 128 : 84, overflow: lying ? "truncate" : "break" },
      axisLine: { lineStyle: { color: looks.faint } }, axisTick: { show: false },
    };
    const numbers = {
      type: "value", minInterval: 1, axisLabel: text,
      splitLine: { lineStyle: { color: looks.faint } },
    };
    return {
      animation: !reduced.matches,
      color: chart.tones.length ? chart.tones.map((tone) => MEANING[tone][looks.dark]) : looks.colours,
      textStyle: text,
      aria: { enabled: true, decal: { show: chart.series.length > 1 } },
      // Not as HTML: the policy of the page refuses the styles that such a box would have.
      tooltip: {
        renderMode: "richText", trigger: "axis", confine: true,
        backgroundColor: looks.ground, borderColor: looks.faint, textStyle: text,
        valueFormatter: (value) => (value === null || value === undefined ? "—" : `${value} ${chart.unit}`),
      },
      legend: { show: chart.series.length > 1, textStyle: text, top: 0 },
      grid: { left: 8, right: 28, top: chart.series.length > 1 ? 34 : 26, bottom: 4, containLabel: true },
      xAxis: lying ? numbers : names,
      yAxis: lying ? names : numbers,
      series: chart.series.map((one) => ({
        name: one.name, data: one.data, type: chart.kind === "line" ? "line" : "bar",
        stack: chart.stacked ? "all" : undefined, barMaxWidth: 28, connectNulls: true,
        symbolSize: 7, lineStyle: { width: 2.5 },
        label: { show: chart.series.length === 1, position: lying ? "right" : "top", ...text },
      })),
    };
  }

  function draw(part) {
    const chart = JSON.parse(part.dataset.chart);
    if (chart.kind === "rows") part.style.height = `${Math.max(140, 40 + chart.names.length * (22 + 10 * (chart.stacked ? 1 : chart.series.length)))}px`;
    const drawn = echarts.getInstanceByDom(part) ?? echarts.init(part, null, { renderer: "canvas" });
    drawn.setOption(option(chart, look()), true);
    drawn.off("click");
    drawn.on("click", (event) => { if (chart.urls[event.dataIndex]) location.assign(chart.urls[event.dataIndex]); });
  }

  const all = (within, act) => within.querySelectorAll("[data-chart]").forEach(act);
  document.addEventListener("DOMContentLoaded", () => {
    all(document, draw);
    new MutationObserver(() => all(document, draw)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
    addEventListener("resize", () => all(document, (part) => echarts.getInstanceByDom(part)?.resize()));
  });
  document.addEventListener("htmx:afterSwap", (event) => all(event.target, draw));
})();
