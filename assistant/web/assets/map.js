// The map of the library, drawn on a canvas from data that is in the page as text.
// Drag to move; wheel, pinch and keys zoom; a click or Enter opens a paper.
(() => {
  "use strict";
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const MARGIN = 34;
  const MOST_ZOOM = 60;
  // Maximum distance in pixels between the pointer and the paper it points at.
  const REACH = 14;
  const DRAG = 4;
  // With this few visible papers, their titles are shown where there is room.
  const FEW = 40;
  const LINE = 15;
  // Size of the cells in which a name looks for a free place, and the offsets that it tries.
  const CELL = 6;
  const AROUND = [[0, 0]];
  for (let far = 12; far <= 150; far += 12) {
    for (let turn = 0; turn < 16; turn += 1) {
      const angle = (turn * Math.PI) / 8 + Math.PI / 2;
      AROUND.push([far * 1.4 * Math.cos(angle), -far * Math.sin(angle)]);
    }
  }
  const SHAPES = ["circle", "square", "triangle"];

  const within = (event, selector) =>
    event.target instanceof Element ? event.target.closest(selector) : null;
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

  const trace = (path, shape, x, y, r) => {
    if (shape === "square") {
      path.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
    } else if (shape === "triangle") {
      path.moveTo(x, y - r * 1.2);
      path.lineTo(x + r * 1.15, y + r * 0.85);
      path.lineTo(x - r * 1.15, y + r * 0.85);
      path.closePath();
    } else {
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, 2 * Math.PI);
    }
  };
  const shapeOf = (topic) => (topic < 0 ? "circle" : SHAPES[topic % SHAPES.length]);
  const OUTLINES = {
    circle: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
    square: "M-4.5-4.5h9v9h-9z",
    triangle: "M0-5.5L5.5 4.5L-5.5 4.5z",
  };

  // The marks of topics beside their names in the legend and the list.
  const dress = () => {
    const marks = ".map-topic path:not([d]), .map-list svg path:not([d])";
    for (const path of document.querySelectorAll(marks)) {
      const topic = Number(path.closest("[data-topic]").dataset.topic);
      path.setAttribute("d", OUTLINES[shapeOf(topic)]);
      path.style.fill = `var(--topic-${topic < 0 ? "none" : topic})`;
    }
  };

  // Python reads the number from the hidden box and answers with the card.
  const choose = (number) => paperPage.write("map-chosen", number);

  class MapView {
    constructor(section) {
      this.section = section;
      this.stage = section.querySelector(".map-stage");
      this.canvas = section.querySelector("canvas");
      this.hint = section.querySelector(".map-hint");
      this.said = section.querySelector("[data-said]");
      const data = JSON.parse(section.querySelector(".map-data").textContent);
      this.topics = data.topics;
      this.points = data.points.map(([number, x, y, topic, year], place) => {
        const title = data.titles[place];
        const later = place >= data.points.length - data.later;
        return { number, u: x, v: y, x, y, topic, year, title, later, words: folded(title) };
      });
      this.topic = null;
      this.found = null;
      this.at = null;
      this.opened = null;
      this.pointers = new Map();
      this.fitted = true;
      this.listen();
    }

    listen() {
      new ResizeObserver(() => this.resized()).observe(this.stage);
      this.stage.addEventListener("wheel", (event) => {
        event.preventDefault();
        const lines = event.deltaMode === 1 ? 24 : 1;
        this.zoom(Math.exp(-event.deltaY * lines * 0.0022), ...this.place(event), false);
      }, { passive: false });
      this.stage.addEventListener("pointerdown", (event) => this.press(event));
      this.stage.addEventListener("pointermove", (event) => this.move(event));
      for (const name of ["pointerup", "pointercancel"]) {
        this.stage.addEventListener(name, (event) => this.release(event));
      }
      this.stage.addEventListener("pointerleave", () => this.point(null));
      this.stage.addEventListener("keydown", (event) => this.key(event));
      this.stage.addEventListener("blur", () => this.point(null));
      this.section.querySelector(".map-words").addEventListener("input", (event) => {
        this.search(event.target.value);
      });
    }

    // Places

    place(event) {
      const box = this.stage.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }

    screen(point) {
      return [point.x * this.scale + this.left, point.y * this.scale + this.top];
    }

    resized() {
      const { clientWidth: width, clientHeight: height } = this.stage;
      if (!width || !height) return;
      const ratio = window.devicePixelRatio || 1;
      const before = [this.width, this.height];
      [this.width, this.height] = [width, height];
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      // Maps are wide. In a tall window the map is rotated.
      const turned = height > 1.1 * width;
      if (turned !== this.turned) {
        this.turned = turned;
        this.fitted = true;
        for (const point of this.points) [point.x, point.y] = turned ? [point.v, point.u] : [point.u, point.v];
      }
      if (this.fitted || before[0] === undefined) {
        Object.assign(this, this.whole());
      } else {
        this.left += (width - before[0]) / 2;
        this.top += (height - before[1]) / 2;
      }
      this.draw();
    }

    whole() {
      const xs = this.points.map((point) => point.x);
      const ys = this.points.map((point) => point.y);
      const [west, east] = [Math.min(...xs), Math.max(...xs)];
      const [north, south] = [Math.min(...ys), Math.max(...ys)];
      const scale = Math.min(
        (this.width - 2 * MARGIN) / Math.max(east - west, 0.05),
        (this.height - 2 * MARGIN) / Math.max(south - north, 0.05),
      );
      this.least = scale;
      return {
        scale,
        left: (this.width - (west + east) * scale) / 2,
        top: (this.height - (north + south) * scale) / 2,
      };
    }

    go(target, fitted, smooth = true) {
      this.fitted = fitted;
      cancelAnimationFrame(this.moving);
      if (!smooth || calm.matches) {
        Object.assign(this, target);
        this.draw();
        return;
      }
      const from = { scale: this.scale, left: this.left, top: this.top };
      const begun = performance.now();
      const step = (now) => {
        const done = Math.min(1, Math.max(0, (now - begun) / 180));
        const share = 1 - (1 - done) ** 3;
        for (const name of ["scale", "left", "top"]) {
          this[name] = from[name] + (target[name] - from[name]) * share;
        }
        this.draw();
        if (done < 1) this.moving = requestAnimationFrame(step);
      };
      this.moving = requestAnimationFrame(step);
    }

    zoom(factor, x = this.width / 2, y = this.height / 2, smooth = true) {
      const scale = Math.min(Math.max(this.scale * factor, this.least * 0.7), this.least * MOST_ZOOM);
      const real = scale / this.scale;
      this.go({ scale, left: x - (x - this.left) * real, top: y - (y - this.top) * real }, false, smooth);
    }

    show(point) {
      const [x, y] = this.screen(point);
      const inside = x > MARGIN && x < this.width - MARGIN && y > MARGIN && y < this.height - MARGIN;
      if (inside) return this.draw();
      const [left, top] = [this.left + this.width / 2 - x, this.top + this.height / 2 - y];
      return this.go({ scale: this.scale, left, top }, false);
    }

    nearest(x, y, reach) {
      let [best, least] = [null, reach * reach];
      for (const point of this.points) {
        const [px, py] = this.screen(point);
        // Dimmed papers are hit only where no other paper is.
        const apart = (px - x) ** 2 + (py - y) ** 2 + (this.dimmed(point) ? 60 : 0);
        if (apart < least) [best, least] = [point, apart];
      }
      return best;
    }

    // Pointer and keys

    press(event) {
      if (event.button) return;
      this.stage.setPointerCapture(event.pointerId);
      cancelAnimationFrame(this.moving);
      this.pointers.set(event.pointerId, this.place(event));
      if (this.pointers.size === 1) this.dragged = 0;
      else this.dragged = Infinity;
    }

    move(event) {
      const here = this.place(event);
      const last = this.pointers.get(event.pointerId);
      if (!last) {
        this.point(this.nearest(...here, REACH));
        return;
      }
      const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
      this.pointers.set(event.pointerId, here);
      if (others.length) {
        const other = others[0][1];
        const apart = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]) || 1;
        const middle = [(here[0] + other[0]) / 2, (here[1] + other[1]) / 2];
        this.left += (here[0] - last[0]) / 2;
        this.top += (here[1] - last[1]) / 2;
        this.zoom(apart(here) / apart(last), ...middle, false);
        return;
      }
      this.dragged += Math.hypot(here[0] - last[0], here[1] - last[1]);
      if (this.dragged <= DRAG) return;
      this.stage.classList.add("map-dragged");
      this.point(null, false);
      this.fitted = false;
      this.left += here[0] - last[0];
      this.top += here[1] - last[1];
      this.draw();
    }

    release(event) {
      const known = this.pointers.delete(event.pointerId);
      this.stage.classList.remove("map-dragged");
      if (!known || event.type === "pointercancel" || this.dragged > DRAG) return;
      const reach = event.pointerType === "mouse" ? REACH : 1.6 * REACH;
      const point = this.nearest(...this.place(event), reach);
      if (point) this.open(point, false);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const zooms = { "+": 1.5, "=": 1.5, "-": 1 / 1.5, "_": 1 / 1.5 };
      if (ways[event.key]) this.step(...ways[event.key]);
      else if (zooms[event.key]) this.zoom(zooms[event.key]);
      else if (event.key === "0") this.go(this.whole(), true);
      else if ((event.key === "Enter" || event.key === " ") && this.at) this.open(this.at, true);
      else if (event.key === "Escape") this.close();
      else return;
      event.preventDefault();
    }

    step(right, down) {
      const from = this.at || this.opened;
      let next = null;
      if (from) {
        let least = Infinity;
        for (const point of this.points) {
          const [dx, dy] = [point.x - from.x, point.y - from.y];
          const along = dx * right + dy * down;
          const across = Math.abs(dx * down) + Math.abs(dy * right);
          if (point === from || this.dimmed(point) || along <= 0) continue;
          const cost = along + 2.5 * across;
          if (cost < least) [next, least] = [point, cost];
        }
      } else {
        next = this.nearest(this.width / 2, this.height / 2, Infinity);
      }
      if (!next) return;
      this.at = next;
      this.show(next);
      this.point(next);
      const topic = next.topic < 0 ? "" : ` ${_("Topic: {name}", { name: this.topics[next.topic] })}.`;
      this.said.textContent = `${next.title}${next.year ? `, ${next.year}` : ""}.${topic}`;
    }

    point(point, draw = true) {
      this.hovered = point;
      this.stage.classList.toggle("map-pointing", Boolean(point));
      this.hint.hidden = !point;
      if (point) this.hint.textContent = point.year ? `${point.title} (${point.year})` : point.title;
      if (draw && this.width) this.draw();
    }

    open(point, focus) {
      this.opened = this.at = point;
      focusCard = focus;
      choose(String(point.number));
      this.draw();
    }

    close() {
      this.opened = null;
      choose("");
      this.draw();
    }

    search(text) {
      const words = folded(text).split(/\s+/).filter(Boolean);
      const found = this.points.filter((point) => words.every((word) => point.words.includes(word)));
      this.found = words.length ? new Set(found) : null;
      const count = ngettext("{count} title", "{count} titles", found.length);
      this.section.querySelector(".map-found").textContent = words.length ? count : "";
      this.draw();
    }

    highlight(topic) {
      this.topic = this.topic === topic ? null : topic;
      for (const button of this.section.querySelectorAll(".map-topic")) {
        const on = this.topic === Number(button.dataset.topic);
        button.setAttribute("aria-pressed", String(on));
      }
      this.draw();
    }

    dimmed(point) {
      if (this.topic !== null && point.topic !== this.topic) return true;
      return this.found !== null && !this.found.has(point);
    }

    // Drawing

    draw() {
      if (!this.width || this.waiting) return;
      this.waiting = requestAnimationFrame(() => {
        this.waiting = null;
        this.paint();
      });
    }

    paint() {
      const style = getComputedStyle(this.section);
      const colour = (name) => style.getPropertyValue(name).trim();
      const ratio = this.canvas.width / this.width;
      const context = this.canvas.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, this.width, this.height);
      const usual = 0.085 * Math.sqrt((this.width * this.height) / this.points.length);
      const radius = Math.min(Math.max(usual, 2.3), 7) * Math.min((this.scale / this.least) ** 0.3, 2.2);
      const seen = this.points.filter((point) => {
        const [x, y] = this.screen(point);
        return x > -20 && y > -20 && x < this.width + 20 && y < this.height + 20;
      });
      const [bright, dim] = [seen.filter((one) => !this.dimmed(one)), seen.filter((one) => this.dimmed(one))];
      context.globalAlpha = 0.16;
      this.dots(context, dim, radius, colour, false);
      context.globalAlpha = 1;
      this.dots(context, bright, radius * (dim.length ? 1.15 : 1), colour, bright.length < 1500);
      this.rings(context, radius, colour);
      const taken = [];
      if (bright.length <= FEW) this.titles(context, bright, radius, colour, taken);
      else this.names(context, bright, seen, radius, colour, taken);
      this.hang(radius);
    }

    dots(context, points, radius, colour, edged) {
      const groups = new Map();
      for (const point of points) {
        if (!groups.has(point.topic)) groups.set(point.topic, []);
        groups.get(point.topic).push(point);
      }
      context.lineWidth = 1;
      context.strokeStyle = colour("--map-ground");
      for (const [topic, members] of groups) {
        context.fillStyle = colour(`--topic-${topic < 0 ? "none" : topic}`);
        let path = new Path2D();
        for (const point of members) {
          trace(path, shapeOf(topic), ...this.screen(point), radius);
          if (!edged) continue;
          context.fill(path);
          context.stroke(path);
          path = new Path2D();
        }
        context.fill(path);
      }
    }

    rings(context, radius, colour) {
      for (const [point, wide] of [[this.hovered, 1.5], [this.opened, 2.5]]) {
        if (!point) continue;
        const [x, y] = this.screen(point);
        context.beginPath();
        context.arc(x, y, radius + 4.5, 0, 2 * Math.PI);
        context.lineWidth = wide + 2;
        context.strokeStyle = colour("--map-ground");
        context.stroke();
        context.lineWidth = wide;
        context.strokeStyle = colour("--ink");
        context.stroke();
      }
      context.setLineDash([2, 2]);
      context.lineWidth = 1;
      context.strokeStyle = colour("--ink");
      for (const point of this.points) {
        if (!point.later || this.dimmed(point)) continue;
        context.beginPath();
        context.arc(...this.screen(point), radius + 2, 0, 2 * Math.PI);
        context.stroke();
      }
      context.setLineDash([]);
    }

    write(context, lines, x, y, colour) {
      context.lineJoin = "round";
      context.lineWidth = 4;
      context.strokeStyle = colour("--map-ground");
      context.fillStyle = colour("--ink");
      lines.forEach((line, number) => context.strokeText(line, x, y + number * LINE));
      lines.forEach((line, number) => context.fillText(line, x, y + number * LINE));
    }

    static free(box, taken) {
      return taken.every((one) => box[0] > one[2] || box[2] < one[0] || box[1] > one[3] || box[3] < one[1]);
    }

    // Cells of the canvas that contain a paper.
    occupied(points, radius) {
      const wide = Math.ceil(this.width / CELL) + 1;
      const cells = new Uint8Array(wide * (Math.ceil(this.height / CELL) + 1));
      for (const point of points) {
        const [x, y] = this.screen(point);
        for (let row = Math.floor((y - radius) / CELL); row <= (y + radius) / CELL; row += 1) {
          for (let column = Math.floor((x - radius) / CELL); column <= (x + radius) / CELL; column += 1) {
            const at = row * wide + column;
            if (row >= 0 && column >= 0 && column < wide && at < cells.length) cells[at] = 1;
          }
        }
      }
      return ([left, top, right, bottom]) => {
        for (let row = Math.floor(top / CELL); row <= bottom / CELL; row += 1) {
          for (let column = Math.floor(left / CELL); column <= right / CELL; column += 1) {
            if (cells[row * wide + column]) return true;
          }
        }
        return false;
      };
    }

    // Topic names, largest topic first, each at the free place nearest to the centre of its visible
    // papers; a line joins them if they are apart. A name without a free place is in the legend only.
    names(context, points, seen, radius, colour, taken) {
      const groups = this.topics.map(() => []);
      for (const point of points) if (point.topic >= 0) groups[point.topic].push(this.screen(point));
      const middle = (values) => values.sort((one, other) => one - other)[values.length >> 1];
      const order = groups.map((_, topic) => topic).sort((a, b) => groups[b].length - groups[a].length);
      const covers = this.occupied(seen, radius + 1);
      context.font = `600 13px ${getComputedStyle(this.stage).fontFamily}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      for (const topic of order) {
        const places = groups[topic];
        if (!places.length || (this.topic !== null && this.topic !== topic)) continue;
        const lines = MapView.wrapped(this.topics[topic], this.width < 500 ? 16 : 24);
        const half = Math.max(...lines.map((line) => context.measureText(line).width)) / 2 + 3;
        const tall = (lines.length * LINE) / 2;
        const [cx, cy] = [middle(places.map((one) => one[0])), middle(places.map((one) => one[1]))];
        for (const [dx, dy] of AROUND) {
          const [x, at] = [cx + dx, cy + dy];
          const box = [x - half, at - tall, x + half, at + tall];
          const inside = box[0] > 2 && box[1] > 2 && box[2] < this.width - 2 && box[3] < this.height - 2;
          if (!inside || !MapView.free(box, taken) || covers(box)) continue;
          taken.push(box);
          if (Math.hypot(dx, dy) > 2.5 * tall + 8) this.join(context, box, cx, cy, colour);
          this.write(context, lines, x, at - tall + LINE / 2, colour);
          break;
        }
      }
    }

    // A thin line from a name to the centre of its papers.
    join(context, [left, top, right, bottom], x, y, colour) {
      context.beginPath();
      context.moveTo(Math.min(Math.max(x, left), right), Math.min(Math.max(y, top), bottom));
      context.lineTo(x, y);
      context.lineWidth = 1;
      context.strokeStyle = colour("--ink-soft");
      context.stroke();
    }

    // Names are cut between terms. The first two terms fit everywhere.
    static wrapped(name, most) {
      const lines = [];
      for (const term of name.split(" · ").slice(0, most < 20 ? 2 : 3)) {
        const last = lines[lines.length - 1];
        if (last && last.length + term.length + 2 <= most) lines[lines.length - 1] = `${last}, ${term}`;
        else lines.push(cut(term, most + 8));
      }
      return lines;
    }

    titles(context, points, radius, colour, taken) {
      context.font = `500 12px ${getComputedStyle(this.stage).fontFamily}`;
      context.textBaseline = "middle";
      for (const point of points) {
        const [x, y] = this.screen(point);
        taken.push([x - radius, y - radius, x + radius, y + radius]);
      }
      for (const point of points) {
        const [x, y] = this.screen(point);
        const text = cut(point.title, this.width < 500 ? 28 : 46);
        const wide = context.measureText(text).width;
        for (const [side, shift] of [[1, 0], [-1, 0], [1, -1], [1, 1], [-1, -1], [-1, 1]]) {
          const start = x + side * (radius + 6);
          const at = y + shift * LINE;
          const box = [Math.min(start, start + side * wide), at - 7, Math.max(start, start + side * wide), at + 7];
          if (box[0] < 2 || box[2] > this.width - 2 || !MapView.free(box, taken)) continue;
          taken.push(box);
          context.textAlign = side > 0 ? "left" : "right";
          this.write(context, [text], start, at, colour);
          break;
        }
      }
    }

    // The title beside the paper under the pointer.
    hang(radius) {
      if (!this.hovered) return;
      const [x, y] = this.screen(this.hovered);
      const { offsetWidth: wide, offsetHeight: tall } = this.hint;
      const left = Math.min(Math.max(x - wide / 2, 4), Math.max(this.width - wide - 4, 4));
      const above = y - radius - 12 - tall;
      this.hint.style.left = `${left}px`;
      this.hint.style.top = `${above > 2 ? above : y + radius + 12}px`;
    }
  }

  let view = null;
  let focusCard = false;
  const VIEW_BUTTONS = {
    ".map-in": () => view.zoom(1.6),
    ".map-out": () => view.zoom(1 / 1.6),
    ".map-all": () => view.go(view.whole(), true),
    ".map-topic": (button) => view.highlight(Number(button.dataset.topic)),
    ".map-open": (button) => {
      const point = view.points.find((one) => String(one.number) === button.dataset.paper);
      if (!point) return;
      view.show(point);
      view.open(point, true);
    },
    ".map-close": () => {
      view.close();
      view.stage.focus({ preventScroll: true });
    },
  };
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(VIEW_BUTTONS)) {
      const button = view && within(event, `button${selector}`);
      if (button) act(button);
    }
  });

  // The card has arrived: move the focus there after a key press, and scroll to it on a phone.
  let carded = null;
  const cardCame = (card) => {
    carded = card;
    if (!card || !view) return;
    const below = card.getBoundingClientRect().top > window.innerHeight - 120;
    if (focusCard) card.focus({ preventScroll: true });
    if (focusCard || below) card.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
    focusCard = false;
  };

  new MutationObserver(() => {
    const section = document.querySelector("#map .map");
    if (section && (!view || view.section !== section)) {
      const opened = view && view.opened;
      view = new MapView(section);
      view.opened = (opened && view.points.find((one) => one.number === opened.number)) || null;
    }
    dress();
    const card = document.querySelector("#map-card .map-paper");
    if (card !== carded) cardCame(card);
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Other windows, imports and the command line change the library, too.
  let looks = 0, isNews = false;
  document.addEventListener("paperpage:news", () => {
    isNews = true;
  });
  setInterval(() => {
    if (!isNews || !view || document.hidden || !view.stage.offsetParent) return;
    isNews = false;
    paperPage.write("map-look", String((looks += 1)));
  }, 4000);

  const redraw = () => view && view.draw();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(redraw).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  });
})();
