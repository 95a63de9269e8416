/* What the pages do more conveniently with a script: dragging files and folders in, progress, waiting, copying.
   Everything works without it. Written so that browsers of ten years ago run it. Texts go in as text, never as HTML. */
(function () {
  "use strict";

  function each(list, act) { Array.prototype.forEach.call(list, act); }
  function find(selector, inside) { return (inside || document).querySelector(selector); }

  each(document.querySelectorAll(".with-script"), function (part) { part.hidden = false; });
  each(document.querySelectorAll("button.print"), function (button) {
    button.addEventListener("click", function () { window.print(); });
  });
  each(document.querySelectorAll("button.copy"), function (button) {
    button.addEventListener("click", function () {
      var range = document.createRange(), chosen = window.getSelection();
      range.selectNodeContents(find(".letter", button.parentNode.parentNode));
      chosen.removeAllRanges();
      chosen.addRange(range);
      document.execCommand("copy");
      button.firstChild.textContent = "已复制";
    });
  });

  /* A page that waits asks by itself, and is loaded anew when there is something to see. */
  var waiting = find("[data-state]");
  function ask() {
    var request = new XMLHttpRequest();
    request.open("GET", waiting.getAttribute("data-state"));
    request.setRequestHeader("Accept", "application/json");
    request.timeout = 20000;
    request.onload = function () {
      var answer = {};
      try { answer = JSON.parse(request.responseText); } catch (error) { /* asked again */ }
      if (answer.ready || request.status === 401 || request.status === 404) { location.reload(); return; }
      if (answer.text) { say(find("#state"), answer.text); }
      var bar = find("progress", waiting);
      if (answer.all) { bar.max = answer.all; bar.value = answer.done; }
      setTimeout(ask, request.status === 200 ? 1500 : 5000);
    };
    request.onerror = request.ontimeout = function () {
      say(find("#state"), "和收件台断开了，正在重连。");
      setTimeout(ask, 5000);
    };
    request.send();
  }
  function say(part, text) { if (part.textContent !== text) { part.textContent = text; } }
  if (waiting) { setTimeout(ask, 1000); }

  /* Explanations are kept a few seconds after the last letter; those that are not yet kept are asked about
     before the page is left. */
  var typed = false, leaving = false;
  each(document.querySelectorAll("form.submit, form.explanations"), function (form) {
    var soon = 0, kept = find(".kept", form);
    form.addEventListener("input", function () {
      typed = true;
      clearTimeout(soon);
      soon = setTimeout(keep, 4000);
    });
    form.addEventListener("submit", function () { leaving = true; clearTimeout(soon); });
    function keep() {
      var request = new XMLHttpRequest(), fields = [];
      each(form.querySelectorAll("input[name=csrf], textarea"), function (field) {
        fields.push(encodeURIComponent(field.name) + "=" + encodeURIComponent(field.value));
      });
      request.open("POST", form.getAttribute("action").replace(/[^/]+$/, "explanations"));
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      request.onload = function () {
        var answer = {};
        try { answer = JSON.parse(request.responseText); } catch (error) { /* not kept */ }
        if (request.status !== 200) { typed = true; }
        if (kept) { say(kept, answer.text || answer.error || ""); }
      };
      request.onerror = function () { typed = true; };
      typed = false;
      request.send(fields.join("&"));
    }
  });
  window.addEventListener("beforeunload", function (event) {
    if (typed && !leaving) { event.preventDefault(); event.returnValue = ""; }
  });
  /* A button pressed twice would ask twice. */
  each(document.querySelectorAll("form[method=post]:not(.upload)"), function (form) {
    var sent = false;
    form.addEventListener("submit", function (event) {
      if (sent) { event.preventDefault(); }
      sent = true;
      setTimeout(function () { sent = false; }, 5000);
    });
  });

  each(document.querySelectorAll("form.upload"), upload);

  function upload(form) {
    var box = find(".drop", form), input = find("input[type=file]", form), said = find("#upload-said", form);
    var bar = find("progress", form), button = find("button[type=submit]", form), shown = find(".progress", form);
    var busy = false;
    if (!window.FormData) { return; }

    function tell(text) { shown.hidden = false; bar.hidden = !busy; said.textContent = text; }
    function number(name) { return Number(form.getAttribute(name)); }
    function megabytes(bytes) { return Math.round(bytes / 1048576) + "MB"; }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var files = [];
      each(input.files || [], function (file) { files.push({ file: file, name: file.name }); });
      send(files);
    });
    ["dragenter", "dragover"].forEach(function (kind) {
      box.addEventListener(kind, function (event) { event.preventDefault(); box.classList.add("over"); });
    });
    ["dragleave", "drop"].forEach(function (kind) {
      box.addEventListener(kind, function () { box.classList.remove("over"); });
    });
    /* A file that is dropped beside the box must not take the place of the page. */
    ["dragover", "drop"].forEach(function (kind) {
      window.addEventListener(kind, function (event) { event.preventDefault(); });
    });
    box.addEventListener("drop", function (event) {
      event.preventDefault();
      dropped(event.dataTransfer, send);
    });

    function send(files) {
      if (busy) { return; }
      var all = 0, large = "";
      files.forEach(function (one) {
        all += one.file.size;
        if (one.file.size > number("data-file-bytes")) { large = large || one.name; }
      });
      if (!files.length) { tell("没有选文件。请先选好要交的文件。"); return; }
      if (files.length > number("data-files")) { tell("一次最多交" + number("data-files") + "个文件。请分几次上传，或打成一个zip压缩包。"); return; }
      if (large) { tell("“" + large + "”超过" + megabytes(number("data-file-bytes")) + "，收件台不收。请压缩图片后再传。"); return; }
      if (all > number("data-all-bytes")) { tell("这些文件一共超过" + megabytes(number("data-all-bytes")) + "。请分几次上传。"); return; }
      var body = new FormData(), request = new XMLHttpRequest(), token = find("input[name=csrf]", form).value;
      body.append("csrf", token);
      files.forEach(function (one) { body.append("files", one.file, one.name); });
      request.open("POST", form.getAttribute("action"));
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRF", token);
      request.upload.onprogress = function (event) {
        if (!event.lengthComputable) { return; }
        var part = Math.floor(100 * event.loaded / event.total);
        bar.value = part;
        tell(part < 100 ? "正在上传：" + part + "%" : "已上传，正在接收……");
      };
      request.onload = function () {
        var answer = {};
        try { answer = JSON.parse(request.responseText); } catch (error) { /* told below */ }
        if (answer.to) { location.href = answer.to; return; }
        ended(answer.error || "没有传成，请再试一次。");
      };
      request.onerror = function () { ended("没有传成：网络断了，或文件在上传时改动了。请再试一次。"); };
      busy = true;
      button.disabled = true;
      bar.value = 0;
      tell("正在上传：0%");
      request.send(body);
    }
    function ended(text) { busy = false; button.disabled = false; tell(text); }
  }

  /* The files of a drop, those in folders too, each with its path. */
  function dropped(transfer, done) {
    var files = [], open = 1, entries = [];
    each(transfer.items || [], function (item) {
      var entry = item.webkitGetAsEntry && item.webkitGetAsEntry();
      if (entry) { entries.push(entry); }
    });
    function close() { open -= 1; if (!open) { done(files); } }
    function walk(entry, path) {
      open += 1;
      if (entry.isFile) {
        entry.file(function (file) { files.push({ file: file, name: path + file.name }); close(); }, close);
        return;
      }
      var reader = entry.createReader();
      (function more() {  /* a reader gives a hundred entries at a time */
        reader.readEntries(function (found) {
          if (!found.length) { close(); return; }
          found.forEach(function (inner) { walk(inner, path + entry.name + "/"); });
          more();
        }, close);
      }());
    }
    if (entries.length) {
      entries.forEach(function (entry) { walk(entry, ""); });
    } else {
      each(transfer.files, function (file) { files.push({ file: file, name: file.name }); });
    }
    close();
  }
}());
