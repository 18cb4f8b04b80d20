// Keeps the visitor's key and class code in cookies, and takes the key off the address, where it would be copied along.
{
  const { cookies, isNew } = VISITOR;
  const kept = Object.fromEntries(document.cookie.split("; ").map((cookie) => cookie.split("=")));
  if (isNew && kept.lrlab_key && !sessionStorage.lrlabReloaded) {
    // Another tab has made a key at the same time: both are one visitor. Once only, in case the server gets no cookies.
    sessionStorage.lrlabReloaded = true;
    if (kept.lrlab_key !== cookies.lrlab_key) location.reload();
  } else {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    for (const [name, value] of Object.entries(cookies)) {
      const forDays = name === "lrlab_key" ? "; Max-Age=7776000" : ""; // 90 days; a class ends with the browser
      document.cookie = `${name}=${value}; Path=/; SameSite=Strict${forDays}${secure}`;
    }
  }
  const address = new URL(location);
  if (address.searchParams.has("key") && document.cookie.includes("lrlab_key=")) {
    address.searchParams.delete("key");
    history.replaceState(history.state, "", address);
  }
}
